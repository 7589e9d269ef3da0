package access

import (
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func TestElevated(t *testing.T) {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	auditor := []string{api.RoleAuditor}
	both := []string{api.RoleAuditor, api.RoleSecurity}
	for name, tc := range map[string]struct {
		bound   []string
		state   string
		of      string
		after   time.Duration
		inDoubt bool
		want    []string
	}{
		"it runs":                {bound: auditor, after: time.Minute, want: both},
		"at its end":             {bound: auditor, after: time.Hour, want: auditor},
		"the clock was set back": {bound: auditor, after: -time.Minute, want: auditor},
		"the clock is in doubt":  {bound: auditor, after: time.Minute, inDoubt: true, want: auditor},
		"it was ended":           {bound: auditor, state: api.ApprovalEnded, want: auditor},
		"nobody approved":        {bound: auditor, state: api.ApprovalPending, want: auditor},
		"removed from the group": {after: time.Minute},
		"another role is left":   {bound: []string{api.RoleOperator}, want: []string{api.RoleOperator}},
		"an approval of a write": {bound: auditor, of: api.ApproveGrant, want: auditor},
		"the role was there":     {bound: both, after: time.Minute, want: both},
	} {
		t.Run(name, func(t *testing.T) {
			a := &store.Approval{
				Operation: api.OperationElevation, State: api.ApprovalApproved, Role: api.RoleSecurity, DecidedAt: noon,
				ExpiresAt: noon.Add(time.Hour),
			}
			if tc.of != "" {
				a.Operation = tc.of
			}
			if tc.state != "" {
				a.State = tc.state
			}
			got := Elevated(tc.bound, []*store.Approval{a}, noon.Add(tc.after), tc.inDoubt)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
