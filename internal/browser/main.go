// Command browser drives Chromium for tests: it opens pages, types, presses keys, runs the rules of axe-core and saves
// pictures. It is a module of its own, because the product never needs it. It reads steps as JSON from its input, one
// after another, and prints an answer to each.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"
)

type options struct {
	chromium, axe string
}

func main() {
	var o options
	flag.StringVar(&o.chromium, "chromium", "/usr/bin/chromium", "the program of Chromium")
	flag.StringVar(&o.axe, "axe", "", "axe.min.js of axe-core")
	flag.Parse()
	// The end of this program ends Chromium.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	axe, err := os.ReadFile(o.axe)
	if err != nil {
		return err
	}
	// A test runs as root, and its platform has a certificate of a private authority.
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(o.chromium), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(ctx, flags...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil { // starts it
		return err
	}
	b := &browser{axe: string(axe)}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var s step
		if err := in.Decode(&s); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		var a answer
		if a.Value, err = b.do(ctx, s); err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
}
