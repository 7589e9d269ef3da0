package acctest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// What a receiver is given follows version and phase. So it is given a new secret in the apply that issues it, and every secret that is not valid any more is taken
// from it by the next apply, also where the version that it should hold stays the same: the platform stops signing with it, but who has stolen it would not.
func TestSigningHandoverTakesBackWhatHasEnded(t *testing.T) {
	for name, tc := range map[string]struct {
		before func(*signing)
		ends   func(*signing) // version 1 or 2 ends, and this may change the configuration
		valid  []int64        // afterwards, as handed over
	}{
		"the overlap ends":          {(*signing).draining, func(s *signing) { s.p.Clock.Advance(day) }, []int64{2}},
		"revoked below, staged":     {(*signing).staged, func(s *signing) { s.verb(api.RoleSecurity, "revoke", below(2)) }, []int64{2}},
		"minimum_version, staged":   {(*signing).staged, func(s *signing) { handedOver(s, nil, minimumVersion(2)) }, []int64{2}},
		"minimum_version, draining": {(*signing).draining, func(s *signing) { handedOver(s, nil, minimumVersion(2)) }, []int64{2}},
		"cancelled":                 {(*signing).staged, signingStep(api.StepCancel, api.StepRequest{Reason: "broken"}), []int64{1}},
		"rolled back, and its end": {(*signing).draining, func(s *signing) {
			signingStep(api.StepRollback, api.StepRequest{Reason: "broken"})(s)
			s.tf.Apply()
			s.p.Clock.Advance(day)
		}, []int64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t)
			k := acctest.NewSink(t)
			handedOver(s, k, "")
			s.tf.Apply()
			s.know(1)
			tc.before(s)
			s.tf.Apply()
			tc.ends(s)
			s.tf.Apply()
			want := make([]string, 2)
			for i := range want {
				want[i] = "null"
				if i < len(tc.valid) {
					want[i] = fmt.Sprintf("%q", s.value(tc.valid[i]))
				}
			}
			if _, values := k.Last(); values != "["+strings.Join(want, ",")+"]" {
				t.Errorf("what was handed over last is not versions %v", tc.valid)
			}
			s.tf.Plan(0)
		})
	}
}

// handedOver configures a signing secret and the sink k, which follows version and phase. The sink of the call before is kept where k is nil.
func handedOver(s *signing, k *acctest.Sink, more string) {
	if k != nil {
		s.tf.Write("handover.tf", strings.Replace(signingHandover(k), "quickconnect_webhook_signing_secret.orders.version\n",
			`4 * quickconnect_webhook_signing_secret.orders.version + index(["revoked", "stable", "staged", "draining"], quickconnect_webhook_signing_secret.orders.rotation.phase)`+"\n", 1))
	}
	s.config("", more)
}
