package rotation

import (
	"slices"
	"testing"
	"time"
)

// TestReplace replaces a connector's credentials. There is no overlap: one version is valid at a time.
func TestReplace(t *testing.T) {
	none := Credential{Highest: 3} // a name that was in use before
	c, done, err := Replace(none, "tf", start)
	if err != nil ||
		!sameTransition(done, Transition{Step: StepReplace, At: start, Actor: "tf", Versions: []int64{4}, Issued: 4}) {
		t.Fatalf("the first: %v, %+v", err, done)
	}
	c, done, err = Replace(c, "tf", at(time.Hour))
	if err != nil || !slices.Equal(done.Versions, []int64{4, 5}) || done.Issued != 5 {
		t.Fatalf("the second: %v, %+v", err, done)
	}
	wantStates(t, c, StateRetired, StateCurrent)
	if old := c.Versions[0]; old.EndReason != ReasonReplaced || old.EndedBy != "tf" ||
		!old.EndedAt.Equal(at(time.Hour)) {
		t.Errorf("the replaced one is %+v", old)
	}
	if c.Version != 5 || c.ValidAt(DefaultPolicy(), 4, at(time.Hour)) {
		t.Errorf("after the second: %s", describe(c))
	}

	heldBack, _, err := Replace(held(c), "tf", at(time.Hour))
	if code(err) != CodeHeld || !sameCredential(heldBack, held(c)) {
		t.Errorf("on hold: %v", err)
	}

	c = do(t, c, DefaultPolicy(), Command{Step: StepRevoke, All: true, Reason: "leak"}, at(2*time.Hour))
	if c.Phase() != PhaseRevoked || c.Version != 5 {
		t.Errorf("revoked: %s", describe(c))
	}
	c, done, err = Replace(c, "tf", at(3*time.Hour))
	if err != nil || !slices.Equal(done.Versions, []int64{6}) || c.Phase() != PhaseStable {
		t.Errorf("after the revocation: %v, %+v", err, done)
	}
}

// TestClear ends the credentials of a connector that is for another service now.
func TestClear(t *testing.T) {
	none := Credential{Highest: 3}
	if c, done, err := Clear(held(none), "tf", start); err != nil || len(done) != 0 || c.Version != 0 {
		t.Errorf("without credentials: %v, %+v", err, done)
	}
	c, _, _ := Replace(none, "tf", start)
	if same, _, err := Clear(held(c), "tf", at(time.Hour)); code(err) != CodeHeld || !sameCredential(same, held(c)) {
		t.Errorf("on hold: %v", err)
	}
	c, done, err := Clear(c, "tf", at(time.Hour))
	want := Transition{
		Step: StepReplace, At: at(time.Hour), Actor: "tf", Versions: []int64{4}, Reason: ReasonTypeChanged,
	}
	if err != nil || len(done) != 1 || !sameTransition(done[0], want) {
		t.Fatalf("%v, %+v", err, done)
	}
	wantStates(t, c, StateRetired)
	if got := AgeAt(c, testPolicy(), time.Time{}, at(time.Hour)); got != (Age{Status: AgeMissing}) || c.Version != 4 {
		t.Errorf("%+v: %s", got, describe(c))
	}
	if c, again, err := Replace(c, "tf", at(2*time.Hour)); err != nil || again.Issued != 5 || c.Phase() != PhaseStable {
		t.Errorf("after it: %v, %+v", err, again)
	}
}

func TestAgeAt(t *testing.T) {
	p := testPolicy()
	gone := revoked(t)
	const never = -day
	for _, tc := range []struct {
		name        string
		c           Credential
		p           Policy
		expiry, now time.Duration
		want        Age
	}{
		{"missing", Credential{Highest: 7}, p, never, 0, Age{Status: AgeMissing}},
		{"current", stable(), p, never, 90*day - tick, Age{AgeCurrent, start, at(90 * day)}},
		{"due", stable(), p, never, 90 * day, Age{AgeDue, start, at(90 * day)}},
		{"overdue", stable(), p, never, 120 * day, Age{AgeOverdue, start, at(90 * day)}},
		{"held", held(stable()), p, never, 120 * day, Age{AgeCurrent, start, at(90 * day)}},
		{"no policy", stable(), DefaultPolicy(), never, 1000 * day, Age{AgeCurrent, start, time.Time{}}},
		{"revoked", gone, p, never, 120 * day, Age{Status: AgeRevoked}},
		{"long before the end", stable(), DefaultPolicy(), 10 * day, 9*day - tick, Age{AgeCurrent, start, at(9 * day)}},
		{"an overlap before the end", stable(), DefaultPolicy(), 10 * day, 9 * day, Age{AgeDue, start, at(9 * day)}},
		{"ended", stable(), DefaultPolicy(), 10 * day, 10 * day, Age{AgeOverdue, start, at(9 * day)}},
		{"the interval comes first", stable(), p, 100 * day, 90 * day, Age{AgeDue, start, at(90 * day)}},
		{"held and ended", held(stable()), DefaultPolicy(), 10 * day, 10 * day, Age{AgeCurrent, start, at(9 * day)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var expiry time.Time
			if tc.expiry != never {
				expiry = at(tc.expiry)
			}
			if got := AgeAt(tc.c, tc.p, expiry, at(tc.now)); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}
