package claims_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/claims"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	for name, tc := range map[string]struct {
		change  func(o *claims.Object)
		outcome claims.Outcome
		reason  claims.Reason
	}{
		"its run was interrupted": {func(*claims.Object) {}, claims.Adopt, claims.ReasonInterrupted},
		"its lease ends just now": {
			func(o *claims.Object) { o.Run.LeaseUntil = now }, claims.Adopt, claims.ReasonInterrupted,
		},
		"its run was ended out of order": {
			func(o *claims.Object) { o.Run.LeaseUntil, o.Run.EndedAt = now.Add(time.Second), now },
			claims.Adopt, claims.ReasonInterrupted,
		},
		"its run lives": {
			func(o *claims.Object) { o.Run.LeaseUntil = now.Add(1) }, claims.Wait, claims.ReasonRunLives,
		},
		"its run ended in order": {
			func(o *claims.Object) { o.Run.EndedAt, o.Run.InOrder = now, true }, claims.Refuse, claims.ReasonEndedInOrder,
		},
		"the same run made it": {
			func(o *claims.Object) { o.Claim.RunID, o.Run.ID = "run_2", "run_2" }, claims.Refuse, claims.ReasonSameRun,
		},
		"the same run made it and lives": {
			func(o *claims.Object) { o.Claim.RunID, o.Run.LeaseUntil = "run_2", now.Add(time.Minute) },
			claims.Refuse, claims.ReasonSameRun,
		},
		"made without a claim": {
			func(o *claims.Object) { *o = claims.Object{Etag: 1} }, claims.Refuse, claims.ReasonUnclaimed,
		},
		"a state has it": {
			func(o *claims.Object) { o.Claim.PresentedAt = now }, claims.Refuse, claims.ReasonPresented,
		},
		"somebody else made it": {
			func(o *claims.Object) { o.Claim.Principal = "prn_2" }, claims.Refuse, claims.ReasonOtherPrincipal,
		},
		"another specification": {
			func(o *claims.Object) { o.Claim.Specification = []byte{2} }, claims.Refuse, claims.ReasonOtherSpecification,
		},
		"it was changed": {func(o *claims.Object) { o.Etag = 2 }, claims.Refuse, claims.ReasonChanged},
		"made two hours ago": {
			func(o *claims.Object) { o.Claim.CreatedAt = now.Add(-api.AdoptionWindow) },
			claims.Refuse, claims.ReasonTooOld,
		},
		"made just less than two hours ago": {
			func(o *claims.Object) { o.Claim.CreatedAt = now.Add(1 - api.AdoptionWindow) },
			claims.Adopt, claims.ReasonInterrupted,
		},
		"clock in doubt": {func(*claims.Object) {}, claims.Wait, claims.ReasonClockInDoubt},
		"clock in doubt, its run was ended": {
			func(o *claims.Object) { o.Run.EndedAt = now }, claims.Adopt, claims.ReasonInterrupted,
		},
		"its run is forgotten": {func(o *claims.Object) { o.Run = nil }, claims.Refuse, claims.ReasonTooOld},
	} {
		t.Run(name, func(t *testing.T) {
			o := claims.Object{
				Etag: 1,
				Claim: &store.Claim{
					RunID: "run_1", Principal: "prn_1", Specification: []byte{1}, Etag: 1, CreatedAt: now.Add(-time.Minute),
				},
				Run: &store.Run{ID: "run_1", LeaseUntil: now.Add(-time.Second)},
			}
			tc.change(&o)
			outcome, reason := claims.Decide(claims.Create{
				Principal: "prn_1", RunID: "run_2", Specification: []byte{1}, Now: now,
				ClockInDoubt: strings.HasPrefix(name, "clock in doubt"),
			}, o)
			if outcome != tc.outcome || reason != tc.reason {
				t.Errorf("got %d, %s; want %d, %s", outcome, reason, tc.outcome, tc.reason)
			}
		})
	}
}
