package acctest

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Browser is Chromium, which the program internal/browser drives. It trusts every certificate, and keeps nothing.
type Browser struct {
	t   testing.TB
	in  *json.Encoder
	out *json.Decoder
	err *bytes.Buffer
}

// StartBrowser starts Chromium, which the end of the test stops. Without Chromium it skips the test, except in CI.
func StartBrowser(tb testing.TB) *Browser {
	tb.Helper()
	NeedsPrograms(tb, "chromium", "npm")
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		tb.Fatal(err)
	}
	dir, err := buildBrowser()
	if err != nil {
		tb.Fatal(err)
	}
	axe := filepath.Join(dir, "axe", "node_modules", "axe-core", "axe.min.js")
	cmd := exec.Command(filepath.Join(dir, "browser"), "-chromium", chromium, "-axe", axe)
	b := &Browser{t: tb, err: &bytes.Buffer{}}
	cmd.Stderr = b.err
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	b.in, b.out = json.NewEncoder(in), json.NewDecoder(out)
	tb.Cleanup(func() {
		_ = in.Close() // it stops Chromium, and ends
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	return b
}

// installAxe installs the rules that package.json of internal/browser names, with the digest of its lock file.
func installAxe(dir string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(filepath.Join(root, "internal", "browser", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return runIn(dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
}

// browserStep is what the program reads. It says what each member means.
type browserStep struct {
	Do, Text, Selector string
	Width, Height      int
}

func (b *Browser) do(s browserStep, into any) {
	b.t.Helper()
	var a struct {
		Error string
		Value json.RawMessage
	}
	if err := b.in.Encode(s); err != nil {
		b.t.Fatalf("%s %s: %v\n%s", s.Do, s.Text, err, b.err)
	}
	if err := b.out.Decode(&a); err != nil {
		b.t.Fatalf("%s %s: %v\n%s", s.Do, s.Text, err, b.err)
	}
	if a.Error != "" {
		b.t.Fatalf("%s %s%s: %s", s.Do, s.Selector, s.Text, a.Error)
	}
	if into != nil {
		if err := json.Unmarshal(a.Value, into); err != nil {
			b.t.Fatalf("%s answers %s: %v", s.Do, a.Value, err)
		}
	}
}

// Open opens an address.
func (b *Browser) Open(address string) {
	b.t.Helper()
	b.do(browserStep{Do: "open", Text: address}, nil)
}

// Click clicks the element of a CSS selector, which leads to another page.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.do(browserStep{Do: "load", Selector: selector}, nil)
}

// Tab presses the key Tab.
func (b *Browser) Tab() { b.t.Helper(); b.do(browserStep{Do: "press", Text: "Tab"}, nil) }

// Enter presses the key Enter, which leads to another page.
func (b *Browser) Enter() { b.t.Helper(); b.do(browserStep{Do: "load", Text: "Enter"}, nil) }

// Type types a text into the element that has the focus.
func (b *Browser) Type(text string) { b.t.Helper(); b.do(browserStep{Do: "type", Text: text}, nil) }

// Evaluate reads the value of a JavaScript expression. The policy of the page does not apply to the expression itself.
func (b *Browser) Evaluate(expression string, into any) {
	b.t.Helper()
	b.do(browserStep{Do: "evaluate", Text: expression}, into)
}

// Faults runs axe-core on the page, in light and dark, and returns what it finds.
func (b *Browser) Faults() (faults []string) {
	b.t.Helper()
	for _, scheme := range []string{"dark", "light"} {
		b.Scheme(scheme)
		var found []string
		b.do(browserStep{Do: "axe"}, &found)
		for _, fault := range found {
			faults = append(faults, scheme+": "+fault)
		}
	}
	return faults
}

// Scheme makes pages light or dark.
func (b *Browser) Scheme(name string) { b.t.Helper(); b.do(browserStep{Do: "scheme", Text: name}, nil) }

// Window sets the size of the window.
func (b *Browser) Window(width, height int) {
	b.t.Helper()
	b.do(browserStep{Do: "window", Width: width, Height: height}, nil)
}

// Picture writes what the window shows to a PNG file.
func (b *Browser) Picture(file string) {
	b.t.Helper()
	b.do(browserStep{Do: "picture", Text: file}, nil)
}

// WaitForText waits until the page has a text.
func (b *Browser) WaitForText(text string) {
	b.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		b.t.Fatal(err)
	}
	WaitFor(b.t, "the page says "+text, func() (has bool) {
		b.Evaluate("document.body.innerText.includes("+string(quoted)+")", &has)
		return has
	})
}
