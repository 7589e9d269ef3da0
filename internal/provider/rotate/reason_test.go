package rotate

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Every decision has one reason, by which its texts are chosen.
func TestReasonOfDecision(t *testing.T) {
	type triggers = map[string]string
	value := Supply{Argument: "secret_wo", Configured: true, New: true, ByUser: true}
	drifted := Supply{Argument: "secret_wo", Configured: true, New: true, Supplied: true}
	again := Supply{Argument: "secret_wo", Configured: true, New: true, ByUser: true, Revoked: true}
	barred := Supply{Argument: "secret_wo", Configured: true, New: true, Revoked: true, Barred: true}
	same := Supply{Argument: "secret_wo", Configured: true, Supplied: true}
	expired := prior{Numbers: revoked, reason: rotation.ReasonExpired, expiresAt: "2026-01-01T00:00:00Z"}
	held := prior{Numbers: stable, reason: rotation.ReasonHeld}

	for want, c := range map[Reason]struct {
		prior prior
		want  wanted
	}{
		reasonMinimum:           {prior{Numbers: stable}, wanted{minimumVersion: 6}},
		reasonMinimumWithValue:  {prior{Numbers: stable}, wanted{minimumVersion: 6, supply: value}},
		reasonValue:             {prior{Numbers: stable}, wanted{supply: value}},
		reasonValueDrifted:      {prior{Numbers: stable}, wanted{supply: drifted}},
		reasonValueAgain:        {prior{Numbers: revoked}, wanted{supply: again}},
		reasonValueAfterRevoked: {prior{Numbers: revoked}, wanted{supply: value}},
		reasonExpiryMoved:       {expired, wanted{}},
		reasonDue:               {prior{Numbers: staged, due: rotation.StepPromote}, wanted{}},
		reasonTrigger: {
			prior{Numbers: stable, triggers: triggers{"a": "1"}}, wanted{triggers: triggers{"a": "2"}},
		},

		reasonUnknown:      {prior{Numbers: stable}, wanted{minimumVersionUnknown: true}},
		reasonHeld:         {held, wanted{supply: value}},
		reasonValueRevoked: {prior{Numbers: revoked}, wanted{supply: barred}},
		reasonNeedsValue:   {prior{Numbers: stable, due: rotation.StepBegin}, wanted{supply: same}},
		reasonNothing:      {prior{Numbers: stable}, wanted{}},

		refusedAboveNext:  {prior{Numbers: stable}, wanted{minimumVersion: 7}},
		refusedOnHold:     {held, wanted{minimumVersion: 6}},
		refusedSameValue:  {prior{Numbers: stable}, wanted{minimumVersion: 6, supply: same}},
		refusedInProgress: {prior{Numbers: staged}, wanted{supply: value}},
	} {
		t.Run(string(want), func(t *testing.T) {
			if got := decide(c.prior, c.want); got.reason != want {
				t.Errorf("the reason is %q", got.reason)
			}
		})
	}
}
