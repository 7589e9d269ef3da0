package connector_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// imported is a connector that was imported into an empty state, where the platform has this number and value: 0 and ""
// for none.
func imported(t *testing.T, number int, value string) (*scene, *tftest.Terraform) {
	t.Helper()
	s := created(t, base())
	if number != 0 {
		s.Patch(map[string]any{"credentials_wo_version": number})
	}
	if value != "" {
		s.set(value)
	}
	tf := s.Terraform(api.Connectors.Terraform)
	tftest.Must(t, tf.Import("mail"))
	return s, tf
}

func TestImport(t *testing.T) {
	for name, x := range map[string]struct {
		number  int    // of the platform; 0 for none
		value   string // of the platform; "" for none
		config  tftest.Config
		warns   []string // none: the plan has nothing to do and is silent
		differs bool     // the warning says that the value differs
		sent    int
	}{
		"the same value, without a number": {0, "one", configured("one"), nil, false, 0},
		"no value configured":              {0, "one", base(), nil, false, 0},
		"another value, without a number":  {0, "one", configured("two"), []string{"no earlier apply tells"}, false, 1},
		"the number is adopted": {
			0, "one", configured("two").With("credentials_wo_version", 3), []string{
				"adopted and nothing is sent",
				"The configured value differs from the platform's and is NOT sent; raise credentials_wo_version to send it.",
			}, true, 0,
		},
		"the number is adopted with the same value": {
			0, "one", configured("one").With("credentials_wo_version", 3), []string{"adopted and nothing is sent"}, false, 0,
		},
		"the number is the platform's": {3, "one", configured("two").With("credentials_wo_version", 3), nil, false, 0},
		"the number is not the platform's": {
			3, "one", configured("two").With("credentials_wo_version", 4), []string{
				"credentials_wo_version changed",
				"are sent",
			}, false, 1,
		},
		"the platform has no value": {
			0, "", configured("one").With("credentials_wo_version", 3), []string{"has no credentials"}, false, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := imported(t, x.number, x.value)
			p := tf.Plan(x.config)
			wantWarning(t, p, x.warns...)
			if x.warns == nil && (p.Changes || len(p.Diags) != 0) {
				t.Errorf("changes: %v, %s", p.Changes, p.Diags.Warnings())
			}
			if strings.Contains(p.Diags.Warnings(), "differs") != x.differs {
				t.Errorf("whether the value differs is said wrongly: %s", p.Diags.Warnings())
			}
			tf.Keep(p, nil)
			if n := s.sent(); n != x.sent {
				t.Errorf("sent %d times, want %d", n, x.sent)
			}
			tftest.Silent(t, tf, x.config)
			if n, ok := x.config["credentials_wo_version"].(int); ok {
				tf.Run(x.config.With("credentials_wo", credentials("three")).With("credentials_wo_version", n+1))
				if s.sent() != 1 {
					t.Error("the next number did not send")
				}
			}
		})
	}
}

// The first number comes long after the import, with a new value: it is adopted all the same.
func TestFirstNumberLongAfterTheImport(t *testing.T) {
	s, tf := imported(t, 0, "one")
	tftest.Silent(t, tf, base())
	c := configured("two").With("credentials_wo_version", 1)
	p := tf.Plan(c)
	wantWarning(t, p, "is NOT sent")
	tftest.Must(t, tf.Apply(p, nil))
	tf.Run(c.With("credentials_wo_version", 2))
	if n := s.sent(); n != 1 {
		t.Errorf("sent %d times, want once: with the raised number", n)
	}
}
