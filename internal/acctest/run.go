package acctest

import (
	"strings"
	"testing"
	"time"
)

// Run is a command that has ended.
type Run struct {
	Args []string
	Code int
	Took time.Duration
	// Output is what it wrote to standard output and standard error, without the warning about provider overrides.
	Output string

	t testing.TB
}

// Want fails the test unless the exit code is code.
func (r *Run) Want(code int) *Run {
	r.t.Helper()
	if r.Code != code {
		r.t.Fatalf("terraform %s: exit code %d, want %d\n%s", strings.Join(r.Args, " "), r.Code, code, r.Output)
	}
	return r
}

// Contains reports whether a text is in the output. Line breaks do not count: Terraform wraps what it prints.
func (r *Run) Contains(text string) bool { return strings.Contains(unwrap(r.Output), unwrap(text)) }

// Has fails the test unless every text is in the output, as Contains finds it.
func (r *Run) Has(texts ...string) *Run {
	r.t.Helper()
	for _, text := range texts {
		if !r.Contains(text) {
			r.t.Errorf("terraform %s: the output does not have %q:\n%s", strings.Join(r.Args, " "), text, r.Output)
		}
	}
	return r
}

// HasNot fails the test if one of the texts is in the output.
func (r *Run) HasNot(texts ...string) *Run {
	r.t.Helper()
	for _, text := range texts {
		if r.Contains(text) {
			r.t.Errorf("terraform %s: the output has %q:\n%s", strings.Join(r.Args, " "), text, r.Output)
		}
	}
	return r
}

// Silent fails the test if there was a warning or an error: a plan with nothing to do has none.
func (r *Run) Silent() *Run {
	r.t.Helper()
	return r.HasNot("Warning: ", "Error: ")
}

func unwrap(s string) string { return strings.Join(strings.Fields(s), " ") }
