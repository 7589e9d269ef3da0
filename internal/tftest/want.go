package tftest

import (
	"strings"
	"testing"
)

// Must wants no error.
func Must(t *testing.T, d Diags) {
	t.Helper()
	if errs := d.Errors(); errs != "" {
		t.Fatal(errs)
	}
}

// Empty wants a plan with nothing to do.
func Empty(t *testing.T, tf *Terraform, c Config) Plan {
	t.Helper()
	p := tf.Plan(c)
	if p.Diags.Errors() != "" || p.Changes {
		t.Fatalf("the plan is not empty: %s %s", p.Diags.Errors(), p.Planned)
	}
	return p
}

// Silent wants a plan with nothing to do, and nothing to say.
func Silent(t *testing.T, tf *Terraform, c Config) {
	t.Helper()
	if p := Empty(t, tf, c); len(p.Diags) != 0 {
		t.Fatalf("a plan with nothing to do is not silent: %s", p.Diags.Warnings())
	}
}

// Says wants all of these in a text.
func Says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in:\n%s", w, text)
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
