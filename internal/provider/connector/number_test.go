package connector_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A write-only value may be another one when the plan is applied, or be there only then. What counts is the one at the
// apply, and the number as it is then.
func TestApplyTimeValueWithNumbers(t *testing.T) {
	number := func(c tftest.Config, n int) tftest.Config { return c.With("credentials_wo_version", n) }
	edited := func(c tftest.Config) tftest.Config { return c.With("description", "edited") }
	for name, x := range map[string]struct {
		first, plan, apply tftest.Config
		sent               int
		version            string
	}{
		"an edit under the same number": {
			number(configured("one"), 1), edited(number(configured("one"), 1)), edited(number(configured("two"), 1)), 0, "1",
		},
		"a new number": {
			number(configured("one"), 1), number(configured("two"), 2),
			number(configured("three"), 2), 1, "2",
		},
		"a first number": {
			configured("one"), number(configured("one"), 1),
			number(configured("two"), 1), 1, "2",
		},
		"no number any more, and the old value": {
			number(configured("one"), 1), configured("two"), configured("one"), 0,
			"1",
		},
		"no number any more, and a new value": {
			number(configured("one"), 1), configured("one"), configured("two"), 1,
			"2",
		},
		"none, then a first value, with an edit": {base(), edited(base()), edited(configured("one")), 1, "1"},
		"none, then a new value, with an edit":   {configured("one"), edited(base()), edited(configured("two")), 1, "2"},
		"a new value, then none":                 {configured("one"), configured("two"), base(), 0, "1"},
		"none, then a value, with a new number": {
			number(configured("one"), 1), number(base(), 2),
			number(configured("two"), 2), 1, "2",
		},
		"a value, then none, with a new number": {
			number(configured("one"), 1), number(configured("two"), 2),
			number(base(), 2), 0, "1",
		},
		"none, then a value, with a first number": {base(), number(base(), 1), number(configured("one"), 1), 1, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := created(t, x.first)
			p := s.tf.Plan(x.plan)
			tftest.Must(t, p.Diags)
			s.ForgetRequests()
			tftest.Must(t, s.tf.Apply(p, x.apply))
			if n := s.sent(); n != x.sent {
				t.Errorf("sent %d times, want %d", n, x.sent)
			}
			s.tf.Expect(s.tf.State, "version="+x.version)
			tftest.Empty(t, s.tf, x.apply)
		})
	}
}

// A hold that comes between plan and apply is respected: nothing is sent, and the error says why.
func TestHoldBetweenPlanAndApply(t *testing.T) {
	s := created(t, configured("one"))
	p := s.tf.Plan(configured("two"))
	s.Hold("under investigation")
	tftest.Says(t, s.tf.Apply(p, nil).Errors(), "On hold", "Terraform never releases a hold")
	s.tf.Expect(s.tf.State, "version=1")
	s.Release()
	s.tf.Run(configured("two"))
	s.tf.Expect(s.tf.State, "version=2")
}

// Both sides come to the same value, and somebody changes the number alone: there is nothing to send.
func TestNothingIsSentWhereTheValuesAreEqual(t *testing.T) {
	s := created(t, configured("one"))
	s.set("two")
	tftest.Silent(t, s.tf, configured("two"))
	s.tf.Run(configured("two").With("credentials_wo_version", 1))
	s.Patch(map[string]any{"credentials_wo_version": 9})
	s.ForgetRequests()
	s.tf.Run(configured("two").With("credentials_wo_version", 1))
	if n := s.sent(); n != 0 {
		t.Errorf("sent %d times", n)
	}
	tftest.Silent(t, s.tf, configured("two").With("credentials_wo_version", 1))
}
