package writeonly

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// every are all facts that there can be, as far as a decision can tell them apart.
func every(t *testing.T) (all []Facts) {
	t.Helper()
	for _, configured := range []bool{false, true} {
		for _, value := range []string{"", mine, theirs} {
			for _, n := range []types.Int64{
				types.Int64Null(), types.Int64Unknown(), types.Int64Value(1), types.Int64Value(2),
				types.Int64Value(3),
			} {
				for _, platform := range []string{"", mine, theirs} {
					for _, revoked := range []bool{false, true} {
						for _, applied := range []*Applied{
							nil, left("", 0), left(mine, 0), left(theirs, 0), left(older, 0), left("", 2),
							left(mine, 2), left(theirs, 2), left(older, 2),
							found("", 0), found(mine, 0), found(theirs, 0), found(theirs, 2), found(older, 2),
						} {
							all = append(
								all,
								Facts{
									Configured: configured,
									Value:      value,
									Number:     n,
									Platform:   platform,
									Revoked:    revoked,
									Applied:    applied,
								},
							)
						}
					}
				}
			}
		}
	}
	if len(all) < 2000 {
		t.Fatalf("only %d facts", len(all))
	}
	return all
}

func show(f Facts) string {
	return fmt.Sprintf(
		"configured %v value %q number %s platform %q revoked %v applied %+v",
		f.Configured,
		f.Value,
		f.Number,
		f.Platform,
		f.Revoked,
		f.Applied,
	)
}

// What is not configured is never sent, and what cannot be known yet is the only thing that is left open.
func TestSendsOnlyConfiguredAndUnsureOnlyWhileUnknown(t *testing.T) {
	for _, f := range every(t) {
		d, why := Decide(f)
		if !f.Configured && (d != Keep || why != Nothing) {
			t.Errorf("%s: %d, %d", show(f), d, why)
		}
		if open := f.Number.IsUnknown() ||
			f.Number.IsNull() && f.Value == "" && f.Platform != ""; f.Configured &&
			(d == Unsure) != open {
			t.Errorf("%s: %d", show(f), d)
		}
		if d == Send == (why == Nothing || why == Adopted) {
			t.Errorf("%s: decision %d for the reason %d", show(f), d, why)
		}
	}
}

// A number switches the comparison off: a value that is another one on every run must not make a plan of its own.
func TestWithNumberValueDoesNotCount(t *testing.T) {
	for _, f := range every(t) {
		if f.Number.IsNull() {
			continue
		}
		d, why := Decide(f)
		for _, value := range []string{"", mine, theirs, older} {
			f.Value = value
			if d2, why2 := Decide(f); d2 != d || why2 != why {
				t.Errorf("%s: %d, %d, and with another value %d, %d", show(f), d, why, d2, why2)
			}
		}
	}
}

// Where the platform has the very value, and no number says otherwise, nothing is sent.
func TestEqualIsNeverSent(t *testing.T) {
	for _, f := range every(t) {
		if d, _ := Decide(f); f.Number.IsNull() && f.Value != "" && f.Value == f.Platform && d != Keep {
			t.Errorf("%s: %d", show(f), d)
		}
	}
}

// MaySend is the bound that a plan relies on: where it says no, no value that the apply may find is sent; where it says
// yes, some value is.
func TestMaySendCoversEveryApply(t *testing.T) {
	for _, f := range every(t) {
		may, some := MaySend(f), false
		for _, value := range []string{mine, theirs, older} {
			at := f
			at.Configured, at.Value = true, value
			for _, n := range apply(f.Number) {
				at.Number = n
				d, _ := Decide(at)
				if d == Unsure {
					t.Errorf("%s: still unsure at the apply", show(at))
				}
				some = some || d == Send
			}
		}
		if may != some {
			t.Errorf("%s: MaySend is %v, and an apply sends: %v", show(f), may, some)
		}
	}
}

// apply are the numbers that an apply may find where a plan has found n.
func apply(n types.Int64) []types.Int64 {
	if n.IsUnknown() {
		return []types.Int64{types.Int64Null(), types.Int64Value(1), types.Int64Value(2), types.Int64Value(3)}
	}
	return []types.Int64{n}
}

// After an apply that sent, adopted, or found the value there already, the next plan has nothing to do.
func TestNothingIsSentAfterApply(t *testing.T) {
	for _, f := range every(t) {
		d, why := Decide(f)
		switch {
		case d == Unsure, f.Value == "":
			continue
		case d == Send:
			f.Platform, f.Revoked = f.Value, false
		case why != Adopted && !Settled(f):
			continue
		}
		f.Applied = AppliedOf(&f.Platform, f.Number.ValueInt64Pointer())
		if d, why := Decide(f); d != Keep || why != Nothing {
			t.Errorf("after the apply, %s: %d, %d", show(f), d, why)
		}
	}
}

// What the platform is said to have from now on is what it has.
func TestSettledOnlyWhereNothingIsSent(t *testing.T) {
	settled := 0
	for _, f := range every(t) {
		if !Settled(f) {
			continue
		}
		settled++
		if d, _ := Decide(f); d != Keep || f.Value == "" || f.Value != f.Platform || !f.Number.IsNull() {
			t.Errorf("%s: settled, and the decision is %d", show(f), d)
		}
	}
	if settled == 0 {
		t.Error("nothing is ever settled")
	}
}
