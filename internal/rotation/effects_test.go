package rotation

import (
	"slices"
	"testing"
	"time"
)

// TestOneRotation checks everything that is recorded during one rotation.
func TestOneRotation(t *testing.T) {
	p := testPolicy()
	c, created := Create(start, "tf", 4, time.Time{})
	if !sameTransition(created, Transition{Step: StepCreate, At: start, Actor: "tf", Versions: []int64{4}, Issued: 4}) {
		t.Errorf("creation recorded %+v", created)
	}

	c, done, err := Apply(c, p, Command{Step: StepBegin, Actor: "tf"}, at(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	begin := Transition{Step: StepBegin, At: at(time.Hour), Actor: "tf", Versions: []int64{5}, Issued: 5}
	if !sameTransition(done[0], begin) {
		t.Errorf("begin recorded %+v", done[0])
	}
	pending, _ := c.Pending()
	wantTime(t, "stage deadline", pending.Deadline, at(time.Hour+7*day))
	if c.Version != 5 {
		t.Errorf("while staged the consumer's version is %d, want 5", c.Version)
	}

	c, done, valid := Use(c, p, 5, EvidenceIntrospection, "app", at(2*time.Hour))
	if !valid || len(done) != 1 || done[0].Step != StepAcknowledge || done[0].Step.Moves() {
		t.Errorf("first use: %t, %+v", valid, done)
	}
	c, done, _ = Use(c, p, 5, EvidenceExchange, "other", at(3*time.Hour))
	pending, _ = c.Pending()
	if len(done) != 0 ||
		*pending.Evidence != (Evidence{Kind: EvidenceIntrospection, At: at(2 * time.Hour), Actor: "app"}) {
		t.Errorf("the first evidence is not kept: %+v, %v", pending.Evidence, done)
	}
	wantTime(t, "last use", pending.LastUsedAt, at(3*time.Hour))

	c, done, err = Apply(c, p, Command{Step: StepPromote, Actor: "tf"}, at(4*time.Hour))
	if err != nil || !slices.Equal(done[0].Versions, []int64{4, 5}) || done[0].Forced || done[0].Issued != 0 {
		t.Errorf("promote: %v, %+v", err, done)
	}
	current, _ := c.Current()
	previous, _ := c.Previous()
	if current.PromotedBy != "tf" || current.Forced || !current.Deadline.IsZero() {
		t.Errorf("current is %+v", current)
	}
	wantTime(t, "current since", current.CurrentSince, at(4*time.Hour))
	wantTime(t, "previous since", previous.PreviousSince, at(4*time.Hour))
	wantTime(t, "overlap deadline", previous.Deadline, at(4*time.Hour+day))

	c, done = Settle(c, p, at(9*day))
	if len(done) != 1 || done[0].Step != StepRetire || done[0].Actor != ActorPlatform ||
		done[0].Reason != ReasonOverlapEnded {
		t.Errorf("the overlap deadline made %+v", done)
	}
	wantTime(t, "retired at", done[0].At, at(4*time.Hour+day))
	retired, _ := c.Lookup(4)
	if retired.State != StateRetired || retired.EndedBy != ActorPlatform || !retired.Deadline.IsZero() {
		t.Errorf("previous became %+v", retired)
	}
	wantTime(t, "ended at", retired.EndedAt, at(4*time.Hour+day))
}

// TestRotate begins and promotes at the same time.
func TestRotate(t *testing.T) {
	p := withoutAcknowledgement(testPolicy())
	c, done, err := Apply(stable(), p, Command{Step: StepRotate, Actor: "tf"}, at(time.Hour))
	rotate := Transition{Step: StepRotate, At: at(time.Hour), Actor: "tf", Versions: []int64{1, 2}, Issued: 2}
	if err != nil || !sameTransition(done[0], rotate) {
		t.Fatalf("rotate: %v, %+v", err, done)
	}
	wantStates(t, c, StatePrevious, StateCurrent)
	wantTime(t, "overlap deadline", c.Versions[0].Deadline, at(time.Hour+day))
	wantTime(t, "current since", c.Versions[1].CurrentSince, at(time.Hour))
	if c.Version != 2 || c.Versions[1].PromotedBy != "tf" {
		t.Errorf("after rotate: %s", describe(c))
	}
}

// TestForce is recorded only where it was needed.
func TestForce(t *testing.T) {
	for _, tc := range []struct {
		name   string
		c      Credential
		step   Step
		now    time.Time
		forced bool
	}{
		{"promote without evidence", staged(t), StepPromote, start, true},
		{"promote with evidence", acknowledged(t), StepPromote, start, false},
		{"retire in use", draining(t), StepRetire, start, true},
		{"retire when quiet", draining(t), StepRetire, at(time.Hour), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cmd := Command{Step: tc.step, Force: true, Reason: "urgent", Actor: anyone}
			c, done, err := Apply(tc.c, testPolicy(), cmd, tc.now)
			if err != nil || done[0].Forced != tc.forced || done[0].Reason != "urgent" {
				t.Fatalf("got %+v, %v, want forced %t", done, err, tc.forced)
			}
			if v, _ := c.Current(); tc.step == StepPromote && v.Forced != tc.forced {
				t.Errorf("version 2 is forced %t, want %t", v.Forced, tc.forced)
			}
		})
	}
}

// TestQuietPeriod counts from the last use or from the promotion, whichever is later.
func TestQuietPeriod(t *testing.T) {
	p := testPolicy()
	used := func(when time.Duration) Credential {
		c, _, _ := Use(draining(t), p, 1, EvidenceIntrospection, "app", at(when))
		return c
	}
	before, _, _ := Use(acknowledged(t), p, 1, "", "app", at(time.Hour))
	before = do(t, before, p, Command{Step: StepPromote}, at(2*time.Hour))
	for _, tc := range []struct {
		name string
		c    Credential
		from time.Duration
	}{
		{"never used", draining(t), time.Hour},
		{"used once", used(30 * time.Minute), 90 * time.Minute},
		{"used before it was replaced", before, 3 * time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cmd := Command{Step: StepRetire, Actor: anyone}
			if _, _, err := Apply(tc.c, p, cmd, at(tc.from-tick)); code(err) != CodeConflict {
				t.Errorf("just before: %v", err)
			}
			if s := StatusAt(tc.c, p, at(tc.from-tick)); s.Due != StepNone {
				t.Errorf("just before, due is %s", s.Due)
			}
			if _, _, err := Apply(tc.c, p, cmd, at(tc.from)); err != nil {
				t.Errorf("then: %v", err)
			}
			if s := StatusAt(tc.c, p, at(tc.from)); s.Due != StepRetire || s.Reason != ReasonQuiet {
				t.Errorf("then, due is %s (%s)", s.Due, s.Reason)
			}
		})
	}
}

// TestUseOfInvalidVersions is refused and not recorded.
func TestUseOfInvalidVersions(t *testing.T) {
	p := testPolicy()
	for _, tc := range []struct {
		name   string
		c      Credential
		number int64
		now    time.Time
	}{
		{"unknown", stable(), 9, start},
		{"revoked", revoked(t), 1, start},
		{"previous at its deadline, not settled", draining(t), 1, at(day)},
		{"pending at its deadline, not settled", staged(t), 2, at(7 * day)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, _, valid := Use(tc.c, p, tc.number, EvidenceIntrospection, "app", tc.now)
			settled, _ := Settle(tc.c, p, tc.now)
			if valid || !sameCredential(got, settled) {
				t.Errorf("valid %t: %s", valid, describe(got))
			}
		})
	}
}

// TestGapsInNumbers continues the numbers after a cancelled rotation and after a rename.
func TestGapsInNumbers(t *testing.T) {
	p := testPolicy()
	c := do(t, staged(t), p, Command{Step: StepCancel}, start)
	if c.Version != 1 || c.NextVersion() != 3 {
		t.Fatalf("after the cancel: %s", describe(c))
	}
	c = do(t, c, p, Command{Step: StepRelease}, start)
	c = do(t, c, p, Command{Step: StepBegin}, start)
	c = do(t, c, p, Command{Step: StepAcknowledge, Version: 3}, start)
	c = do(t, c, p, Command{Step: StepPromote}, start)
	if got := states(c); got[1] != StatePrevious || got[2] != StateRevoked || got[3] != StateCurrent {
		t.Errorf("states are %v", got)
	}
	c, _ = Settle(c, p, at(day))
	c.Highest = 10 // renamed to a name that had been further
	c = do(t, c, p, Command{Step: StepBegin}, at(day))
	if v, _ := c.Pending(); v.Number != 11 || c.Version != 11 {
		t.Errorf("pending is %d, the consumer's version %d, want 11", v.Number, c.Version)
	}
}

// TestCreateBelowOne starts at version 1.
func TestCreateBelowOne(t *testing.T) {
	if c, tr := Create(start, anyone, -3, time.Time{}); tr.Issued != 1 || c.Version != 1 || c.NextVersion() != 2 {
		t.Errorf("issued %d", tr.Issued)
	}
}
