package approvals

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestMayDecide(t *testing.T) {
	kim := caller{id: "per_kim", person: true, approves: true}
	for name, tc := range map[string]struct {
		state   string
		by      caller
		after   time.Duration
		inDoubt bool
		want    string
	}{
		"another person":           {by: kim},
		"a machine":                {by: caller{id: "prn_ci", approves: true}, want: reasonNoPerson},
		"without the permission":   {by: caller{id: "per_kim", person: true}, want: reasonNoPermission},
		"who asked":                {by: caller{"per_jo", true, true}, want: reasonOwn},
		"just before the end":      {by: kim, after: api.ApprovalWait - 1},
		"at the end":               {by: kim, after: api.ApprovalWait, want: reasonExpired},
		"the clock is in doubt":    {by: kim, inDoubt: true, want: reasonClock},
		"somebody approved before": {state: api.ApprovalApproved, by: kim, want: reasonDecided},
		"somebody refused before":  {state: api.ApprovalRefused, by: kim, want: reasonDecided},
		"it was used":              {state: api.ApprovalUsed, by: kim, want: reasonDecided},
		"it expired":               {state: api.ApprovalExpired, by: kim, want: reasonExpired},
	} {
		t.Run(name, func(t *testing.T) {
			a := &store.Approval{AskedBy: "per_jo", State: api.ApprovalPending, ExpiresAt: noon.Add(api.ApprovalWait)}
			if tc.state != "" {
				a.State = tc.state
			}
			if got := mayDecide(a, tc.by, noon.Add(tc.after), tc.inDoubt); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestPasses(t *testing.T) {
	for name, tc := range map[string]struct {
		state   string
		hash    string
		after   time.Duration
		inDoubt bool
		want    string
	}{
		"approved":              {state: api.ApprovalApproved},
		"just before the end":   {state: api.ApprovalApproved, after: api.ApprovalUse - 1},
		"at the end":            {state: api.ApprovalApproved, after: api.ApprovalUse, want: reasonExpired},
		"another request":       {state: api.ApprovalApproved, hash: "other", want: reasonOther},
		"the clock is in doubt": {state: api.ApprovalApproved, inDoubt: true, want: reasonClock},
		"a second time":         {state: api.ApprovalUsed, want: reasonUsed},
		"refused":               {state: api.ApprovalRefused, want: reasonRefused},
		"pending":               {state: api.ApprovalPending, want: reasonPending},
		"expired":               {state: api.ApprovalExpired, want: reasonExpired},
	} {
		t.Run(name, func(t *testing.T) {
			a := &store.Approval{Hash: []byte("same"), State: tc.state, ExpiresAt: noon.Add(api.ApprovalUse)}
			hash := "same"
			if tc.hash != "" {
				hash = tc.hash
			}
			if got := passes(a, hash, noon.Add(tc.after), tc.inDoubt); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if got := passes(nil, "same", noon, false); got != reasonNone {
		t.Errorf("nothing was asked for: %q", got)
	}
}
