package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// step is one thing to do. What the other members mean depends on Do.
type step struct {
	Do       string // open, load, press, type, evaluate, axe, picture, scheme, window
	Text     string // address, keys, text, expression, file or scheme
	Selector string // of the element that load waits for
	Width    int64
	Height   int64
}

// answer is what came of a step.
type answer struct {
	Error string          `json:",omitempty"`
	Value json.RawMessage `json:",omitempty"`
}

// patience is how long one step may take.
const patience = 30 * time.Second

type browser struct{ axe string }

// keys are those of a walk by keyboard.
var keys = map[string]string{"Tab": kb.Tab, "Enter": kb.Enter}

// do takes a context in which chromedp has its browser.
func (b *browser) do(ctx context.Context, s step) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	switch s.Do {
	case "open":
		return nil, chromedp.Do(ctx, chromedp.Navigate(s.Text))
	case "load": // does what leads to another page, and waits for that page
		return nil, b.load(ctx, s)
	case "press":
		return nil, chromedp.Do(ctx, chromedp.KeyEvent(keys[s.Text]))
	case "type":
		return nil, chromedp.Do(ctx, chromedp.KeyEvent(s.Text))
	case "evaluate":
		return evaluate(ctx, s.Text)
	case "axe":
		return b.findings(ctx)
	case "picture":
		return nil, picture(ctx, s.Text)
	case "scheme":
		return nil, chromedp.Do(ctx, scheme(s.Text))
	case "window":
		return nil, chromedp.Do(ctx, chromedp.EmulateViewport(s.Width, s.Height))
	}
	return nil, fmt.Errorf("unknown step %q", s.Do)
}

// load clicks an element, or presses a key where there is no selector. It returns when the next page is loaded.
func (b *browser) load(ctx context.Context, s step) error {
	action := chromedp.KeyEvent(keys[s.Text])
	if s.Selector != "" {
		action = chromedp.Click(s.Selector)
	}
	_, err := chromedp.RunResponse(ctx, action)
	return err
}

// evaluate returns the value of an expression, which may be a promise. The tools of the browser evaluate it: the policy
// of the page does not apply to it, and still applies to what it adds to the page.
func evaluate(ctx context.Context, expression string) (json.RawMessage, error) {
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		"Promise.resolve("+expression+").then(v => JSON.stringify(v === undefined ? null : v))", chromedp.EvalAwaitPromise))
	return json.RawMessage(text), err
}

// findings runs axe-core on the page, and returns what it found: the rule, what is wrong, and where. axe-core comes
// from the tools of the browser, so the policy of the page stays in force.
func (b *browser) findings(ctx context.Context) (json.RawMessage, error) {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](b.axe+"\n;''")); err != nil {
		return nil, err
	}
	return evaluate(ctx, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v =>
		v.nodes.map(n => v.id + ": " + v.help + ": " + n.html.slice(0, 200) + ": " + n.failureSummary)))`)
}

// scheme makes pages light or dark.
func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	})
}

func picture(ctx context.Context, file string) error {
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644) //nolint:gosec // a picture for the documentation
}
