package rotation

import (
	"testing"
	"time"
)

func TestAttention(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	const days = 24 * time.Hour
	p := DefaultPolicy()
	p.Interval, p.MaxAge = 30*days, 60*days
	aged := func(age time.Duration, more ...Version) Credential {
		current := Version{Number: 1, State: StateCurrent, CurrentSince: now.Add(-age)}
		return Credential{Versions: append([]Version{current}, more...), Highest: 2, Version: 1}
	}
	held := func(c Credential) Credential {
		c.Hold = &Hold{Reason: "test"}
		return c
	}
	pending := Version{Number: 2, State: StatePending, Deadline: now.Add(days)}
	proven := pending
	proven.Evidence = &Evidence{Kind: EvidenceProbe}
	notEnforced := aged(0, pending)
	notEnforced.NotEnforced = true
	for name, c := range map[string]struct {
		credential Credential
		token      Attention
		connector  Attention
	}{
		"new":          {aged(0), Attention{}, Attention{}},
		"due":          {aged(30 * days), Attention{Due: true}, Attention{Due: true}},
		"overdue":      {aged(60 * days), Attention{Due: true, Overdue: true}, Attention{Due: true, Overdue: true}},
		"held":         {held(aged(60 * days)), Attention{Held: true}, Attention{Held: true}},
		"waiting":      {aged(0, pending), Attention{Waiting: true}, Attention{}},
		"not enforced": {notEnforced, Attention{Waiting: true}, Attention{}},
		"proven":       {aged(0, proven), Attention{Due: true}, Attention{}},
		"revoked":      {Credential{Highest: 1, Version: 1}, Attention{Due: true}, Attention{}},
	} {
		if got := AttentionAt(c.credential, p, now); got != c.token {
			t.Errorf("%s: %+v, want %+v", name, got, c.token)
		}
		if got := ConnectorAttentionAt(c.credential, p, time.Time{}, now); got != c.connector {
			t.Errorf("%s, of a connector: %+v, want %+v", name, got, c.connector)
		}
	}
	if got := ConnectorAttentionAt(aged(0), p, now, now); got != (Attention{Due: true, Overdue: true}) {
		t.Errorf("ended at the third party: %+v", got)
	}
}
