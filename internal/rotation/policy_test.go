package rotation

import (
	"testing"
	"time"
)

func TestEndsAt(t *testing.T) {
	hour := func(h int) time.Time { return at(time.Duration(h) * time.Hour) }
	never := time.Time{}
	pending := Version{State: StatePending, Deadline: hour(5)}
	seen, back := pending, pending
	seen.Evidence = &Evidence{}
	back.RolledBack, back.Evidence = true, &Evidence{}
	cancels, promotes := DefaultPolicy(), DefaultPolicy()
	promotes.OnStageTimeout = OnTimeoutPromote
	for name, c := range map[string]struct {
		v       Version
		expires time.Time
		p       Policy
		want    time.Time
	}{
		"current":                        {Version{State: StateCurrent}, never, cancels, never},
		"current, expiring":              {Version{State: StateCurrent}, hour(3), cancels, hour(3)},
		"previous":                       {Version{State: StatePrevious, Deadline: hour(5)}, hour(9), cancels, hour(5)},
		"previous, expiring first":       {Version{State: StatePrevious, Deadline: hour(5)}, hour(3), cancels, hour(3)},
		"pending":                        {pending, never, cancels, hour(5)},
		"pending, promoted at its stage": {pending, never, promotes, never},
		"pending, seen in use":           {seen, hour(9), cancels, hour(9)},
		"rolled back":                    {back, never, promotes, hour(5)},
		"revoked":                        {Version{State: StateRevoked}, hour(3), cancels, never},
	} {
		if got := c.p.EndsAt(c.v, c.expires); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestDefaultPolicy(t *testing.T) {
	want := Policy{Overlap: day, MaxStage: 7 * day, RequireAcknowledgement: true, OnStageTimeout: OnTimeoutCancel}
	if got := DefaultPolicy(); got != want {
		t.Errorf("got %+v", got)
	}
}
