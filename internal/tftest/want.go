package tftest

import (
	"strings"
	"testing"
)

// Must wants no error.
func Must(tb testing.TB, d Diags) {
	tb.Helper()
	if errs := d.Errors(); errs != "" {
		tb.Fatal(errs)
	}
}

// Empty wants a plan with nothing to do.
func Empty(tb testing.TB, tf *Terraform, c Config) Plan {
	tb.Helper()
	p := tf.Plan(c)
	if p.Diags.Errors() != "" || p.Changes {
		tb.Fatalf("the plan is not empty: %s %s", p.Diags.Errors(), p.Planned)
	}
	return p
}

// Silent wants a plan with nothing to do, and nothing to say.
func Silent(tb testing.TB, tf *Terraform, c Config) {
	tb.Helper()
	if p := Empty(tb, tf, c); len(p.Diags) != 0 {
		tb.Fatalf("a plan with nothing to do is not silent: %s", p.Diags.Warnings())
	}
}

// Says wants all of these in a text.
func Says(tb testing.TB, text string, want ...string) {
	tb.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			tb.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

// Triggers is a map as rotate_when_changed takes it, of keys and values in turn.
func Triggers(kv ...string) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		out[kv[i]] = kv[i+1]
	}
	return out
}
