package findings

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// TestDecide has what is stored, what the rules find now, and what changes.
func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const event, state, hour = api.FindingNewNetwork, api.FindingOverdue, api.FindingFailureBurst
	found := func(kind string, at time.Duration) finding.Finding {
		return finding.Finding{Kind: kind, Version: 1, Subject: "x", At: ago(at), Evidence: map[string]string{"a": "b"}}
	}
	opened := func(kind string, seen time.Duration) *store.Finding {
		return &store.Finding{
			Finding: kind, Version: 1, Subject: "x", State: api.FindingOpen, Count: 1, FirstSeen: ago(seen), LastSeen: ago(seen),
		}
	}
	closed := func(kind string, seen, at time.Duration, gone bool) *store.Finding {
		f := opened(kind, seen)
		end(f, "prn_1", "known", ago(at))
		f.Action, f.Gone = api.FindingRevoked, gone
		return f
	}
	valid, none := []int64{1, 2}, []int64{2}
	one := func(f finding.Finding) []finding.Finding { return []finding.Finding{f} }
	const h = time.Hour
	for name, tc := range map[string]struct {
		known *store.Finding // nil: none
		found []finding.Finding
		valid []int64
		want  string // opened, seen, closed, gone; empty: nothing changes
	}{
		"new":                             {nil, one(found(event, 0)), valid, "opened"},
		"nothing":                         {nil, nil, valid, ""},
		"found again, not seen again":     {opened(event, h), one(found(event, h)), valid, ""},
		"seen again":                      {opened(event, h), one(found(event, 0)), valid, "seen"},
		"a state goes on":                 {opened(state, h), one(found(state, 0)), valid, ""},
		"a state goes on for a day":       {opened(state, 24*h), one(found(state, 0)), valid, "seen"},
		"a state is gone":                 {opened(state, h), nil, valid, "closed"},
		"not found, version valid":        {opened(event, h), nil, valid, ""},
		"not found, version ended":        {opened(event, h), nil, none, "closed"},
		"not found for seven days":        {opened(hour, 7*24*h), nil, valid, ""},
		"not found for over seven days":   {opened(hour, 7*24*h+1), nil, valid, "closed"},
		"acknowledged, and found":         {closed(event, 2*h, h, false), one(found(event, 2*h)), valid, ""},
		"acknowledged after it was seen":  {closed(event, 3*h, h, false), one(found(event, 2*h)), valid, ""},
		"acknowledged, and happens again": {closed(event, 2*h, h, false), one(found(event, 0)), valid, "opened"},
		"acknowledged state goes on":      {closed(state, 48*h, 47*h, false), one(found(state, 0)), valid, ""},
		"acknowledged state is gone":      {closed(state, 48*h, 47*h, false), nil, valid, "gone"},
		"acknowledged state comes back":   {closed(state, 48*h, 47*h, true), one(found(state, 0)), valid, "opened"},
		"gone, and stays so":              {closed(state, 48*h, 47*h, true), nil, valid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var known []*store.Finding
			if tc.known != nil {
				known = append(known, tc.known)
			}
			changes := decide(known, tc.found, tc.valid, now)
			got := ""
			for _, c := range changes {
				got += changed(c)
				if c.State == api.FindingOpen && (c.Evidence["a"] != "b" || c.Gone || c.FirstSeen.IsZero() || c.CloseReason != "" ||
					!c.LastSeen.Equal(tc.found[0].At)) || c.opened && c.Action != "" {
					t.Errorf("%+v", c.Finding)
				}
				if c.closed && (c.CloseReason != api.FindingGone || !c.ClosedAt.Equal(now) || !c.Gone) {
					t.Errorf("%+v", c.Finding)
				}
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func changed(c change) string {
	switch {
	case c.opened && c.State == api.FindingOpen:
		return "opened"
	case c.closed && c.State == api.FindingClosed:
		return "closed"
	case c.State == api.FindingOpen && c.Count == 2:
		return "seen"
	case c.Gone:
		return "gone"
	}
	return "nonsense"
}

// TestDecideTellsSubjectsApart: another version or subject is another finding.
func TestDecideTellsSubjectsApart(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)
	known := &store.Finding{
		Finding: api.FindingNewNetwork, Version: 1, Subject: "192.0.2.0/24", State: api.FindingOpen, LastSeen: now,
	}
	for _, other := range []finding.Finding{
		{Kind: api.FindingNewNetwork, Version: 2, Subject: "192.0.2.0/24", At: now},
		{Kind: api.FindingNewNetwork, Version: 1, Subject: "203.0.113.0/24", At: now},
		{Kind: api.FindingSupersededUse, Version: 1, Subject: "192.0.2.0/24", At: now},
	} {
		got := decide([]*store.Finding{known}, []finding.Finding{other}, []int64{1, 2}, now)
		if len(got) != 1 || !got[0].opened || got[0].Version != other.Version {
			t.Errorf("%+v: %+v", other, got)
		}
	}
}
