// testlog reads what go test -json writes. It prints a line for each package when it ends, the output of the tests that
// failed, what was skipped and why, and how many there were of each.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is one line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
	Elapsed float64
	Output  string
}

// results is what was read so far.
type results struct {
	out                     io.Writer
	passed, failed, skipped int
	broken                  int                 // packages that failed to build, or outside a test
	output                  map[string][]string // of a test that runs, or of its package
	failedIn                map[string]bool     // packages with a failed test
	reasons                 []string            // for skipping
	running                 map[string]bool     // packages that have not ended
}

func newResults(out io.Writer) *results {
	return &results{out: out, output: map[string][]string{}, failedIn: map[string]bool{}, running: map[string]bool{}}
}

func main() {
	r := newResults(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if !r.sum() {
		os.Exit(1)
	}
}

func (r *results) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			_, _ = fmt.Fprintln(r.out, lines.Text()) // what the go command says beside the tests
			continue
		}
		r.take(e)
	}
	return lines.Err()
}

func (r *results) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		r.output[key] = append(r.output[key], e.Output)
		return
	case "start":
		r.running[e.Package] = true
		return
	case "build-output":
		_, _ = fmt.Fprint(r.out, e.Output)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	if e.Test == "" {
		r.endPackage(e, key)
	} else {
		r.endTest(e, key)
	}
	delete(r.output, key)
}

func (r *results) endTest(e event, key string) {
	switch e.Action {
	case "pass":
		r.passed++
	case "skip":
		r.skipped++
		r.reasons = append(r.reasons, fmt.Sprintf("%s %s: %s", short(e.Package), e.Test, reason(r.output[key])))
	case "fail":
		r.failed++
		r.failedIn[e.Package] = true
		_, _ = fmt.Fprintf(r.out, "\nFAIL %s %s\n%s\n", short(e.Package), e.Test, strings.Join(r.output[key], ""))
	}
}

func (r *results) endPackage(e event, key string) {
	delete(r.running, e.Package)
	text := strings.Join(r.output[key], "")
	switch {
	case e.Action == "fail":
		if !r.failedIn[e.Package] {
			r.broken++
			_, _ = fmt.Fprint(r.out, text)
		}
		_, _ = fmt.Fprintf(r.out, "FAIL  %s  %.1fs\n", e.Package, e.Elapsed)
	case strings.Contains(text, "(cached)"):
		_, _ = fmt.Fprintf(r.out, "ok    %s  (cached)\n", e.Package)
	case e.Action == "pass":
		_, _ = fmt.Fprintf(r.out, "ok    %s  %.1fs\n", e.Package, e.Elapsed)
	}
}

// reason is what a test said when it was skipped: the line after its own name and place.
func reason(output []string) string {
	for _, line := range output {
		line = strings.TrimSpace(line)
		if _, text, found := strings.Cut(line, ".go:"); found {
			_, text, _ = strings.Cut(text, ": ")
			return text
		}
	}
	return "no reason given"
}

// sum prints the end, and reports whether all is well.
func (r *results) sum() bool {
	slices.Sort(r.reasons)
	for i, line := range r.reasons {
		if i == 0 {
			_, _ = fmt.Fprintln(r.out, "\nSkipped:")
		}
		_, _ = fmt.Fprintln(r.out, "  "+line)
	}
	for name := range r.running {
		_, _ = fmt.Fprintf(r.out, "FAIL  %s  has not ended\n", name)
	}
	failed := r.failed + r.broken + len(r.running)
	_, _ = fmt.Fprintf(r.out, "\n%d passed, %d failed, %d skipped\n", r.passed, failed, r.skipped)
	return failed == 0 && r.passed > 0
}

// short is a package's path inside this module.
func short(path string) string {
	_, inside, found := strings.Cut(path, "terraform-provider-quickconnect/")
	if !found {
		return path
	}
	return inside
}
