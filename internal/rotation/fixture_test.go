package rotation

import (
	"errors"
	"slices"
	"testing"
	"time"
)

const (
	day    = 24 * time.Hour
	tick   = time.Microsecond // the finest step of the platform's clock
	anyone = "ann"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// at returns the time at a distance from the start.
func at(d time.Duration) time.Time { return start.Add(d) }

// testPolicy sets every field, so that every guard applies.
func testPolicy() Policy {
	return Policy{
		Interval: 90 * day, Overlap: day, MaxStage: 7 * day, MaxAge: 120 * day, QuietPeriod: time.Hour,
		RequireAcknowledgement: true, OnStageTimeout: OnTimeoutCancel,
	}
}

func withoutAcknowledgement(p Policy) Policy {
	p.RequireAcknowledgement = false
	return p
}

// do applies a command that must be accepted.
func do(t *testing.T, c Credential, p Policy, cmd Command, now time.Time) Credential {
	t.Helper()
	if cmd.Actor == "" {
		cmd.Actor = anyone
	}
	c, _, err := Apply(c, p, cmd, now)
	if err != nil {
		t.Fatalf("%s at %s: %v", cmd.Step, now, err)
	}
	return c
}

// The phases, each reached at the start by its usual steps. Version 1 is the older one, version 2 the newer.

func stable() Credential {
	c, _ := Create(start, anyone, 1, time.Time{})
	return c
}

func staged(t *testing.T) Credential {
	t.Helper()
	return do(t, stable(), testPolicy(), Command{Step: StepBegin}, start)
}

func acknowledged(t *testing.T) Credential {
	t.Helper()
	return do(t, staged(t), testPolicy(), Command{Step: StepAcknowledge, Version: 2}, start)
}

func draining(t *testing.T) Credential {
	t.Helper()
	return do(t, acknowledged(t), testPolicy(), Command{Step: StepPromote}, start)
}

// rolledBack is staged with version 2 rolled back and the hold released.
func rolledBack(t *testing.T) Credential {
	t.Helper()
	c := do(t, draining(t), testPolicy(), Command{Step: StepRollback}, start)
	return do(t, c, testPolicy(), Command{Step: StepRelease}, start)
}

func revoked(t *testing.T) Credential {
	t.Helper()
	return do(t, stable(), testPolicy(), Command{Step: StepRevoke, All: true, Reason: "leak"}, start)
}

func held(c Credential) Credential {
	c.Hold = &Hold{Reason: "investigation", At: start, By: "sec"}
	return c
}

// states maps each known version to its state.
func states(c Credential) map[int64]State {
	m := map[int64]State{}
	for _, v := range c.Versions {
		m[v.Number] = v.State
	}
	return m
}

func wantStates(t *testing.T, c Credential, want ...State) {
	t.Helper()
	got := make([]State, 0, len(c.Versions))
	for _, v := range c.Versions {
		got = append(got, v.State)
	}
	if !slices.Equal(got, want) {
		t.Errorf("states are %v, want %v", got, want)
	}
}

func wantTime(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

func steps(ts []Transition) []Step {
	var s []Step
	for _, t := range ts {
		s = append(s, t.Step)
	}
	return s
}

// code returns the code of an *Error, "" for nil.
func code(err error) string {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return "not an *Error: " + err.Error()
}

// sameVersion compares evidence by its contents.
func sameVersion(a, b Version) bool {
	if a == b {
		return true
	}
	if a.Evidence == nil || b.Evidence == nil || *a.Evidence != *b.Evidence {
		return false
	}
	a.Evidence, b.Evidence = nil, nil
	return a == b
}

func sameVersions(a, b []Version) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !sameVersion(a[i], b[i]) {
			return false
		}
	}
	return true
}

func sameTransition(a, b Transition) bool {
	return a.Step == b.Step && a.At.Equal(b.At) && a.Actor == b.Actor && slices.Equal(a.Versions, b.Versions) &&
		a.Issued == b.Issued && a.Forced == b.Forced && a.Reason == b.Reason
}

// sameFacts compares everything but the versions.
func sameFacts(a, b Credential) bool {
	if (a.Hold == nil) != (b.Hold == nil) || a.Hold != nil && *a.Hold != *b.Hold {
		return false
	}
	if (a.Quarantine == nil) != (b.Quarantine == nil) || a.Quarantine != nil && *a.Quarantine != *b.Quarantine {
		return false
	}
	return a.Highest == b.Highest && a.Version == b.Version && a.ExpiresAt.Equal(b.ExpiresAt) &&
		a.UnusedFrom.Equal(b.UnusedFrom) && a.RequestedAfter == b.RequestedAfter && a.NotEnforced == b.NotEnforced
}

func sameCredential(a, b Credential) bool {
	return sameFacts(a, b) && sameVersions(a.Versions, b.Versions)
}
