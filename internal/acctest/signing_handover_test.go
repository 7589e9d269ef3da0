package acctest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The sink of a receiver follows version and phase. So the next apply takes every secret from it that is no longer
// valid, also where the version that it should hold stays the same. An operator rolls a promotion back on the way: the
// sink has the old value first again, and no delivery is lost.
func TestSigningHandoverTakesBackWhatHasEnded(t *testing.T) {
	s := newSigning(t)
	k := acctest.NewSink(t)
	s.tf.Write("handover.tf", strings.Replace(signingHandover(k), "quickconnect_webhook_signing_secret.orders.version\n",
		`4 * quickconnect_webhook_signing_secret.orders.version + `+
			`index(["revoked", "stable", "staged", "draining"], `+
			"quickconnect_webhook_signing_secret.orders.rotation.phase)\n", 1))
	s.config("", "")
	s.tf.Apply()
	s.know(1)
	handed := func(values ...int64) {
		t.Helper()
		want := []string{"null", "null"}
		for i, v := range values {
			want[i] = fmt.Sprintf("%q", s.value(v))
		}
		if _, last := k.Last(); last != "["+strings.Join(want, ",")+"]" {
			t.Errorf("what was handed over last is not versions %v", values)
		}
	}
	handed(1)
	s.draining()
	handed(2, 1)

	by := s.p.As(api.RoleSecurity)
	by.Verb(api.KindSigningSecrets, "orders", "rotation/rollback",
		api.StepRequest{Reason: "receivers refuse it"}).Want(200)
	s.deliver(1, 2)
	s.tf.Plan(2).Has("is on hold", "receivers refuse it", "~ value_wo_version").HasNot(theSigning + " will be updated")
	s.tf.Apply()
	handed(1, 2)
	s.p.Clock.Advance(day)
	s.deliver(1)
	s.tf.Apply()
	handed(1)
	s.tf.Plan(0).Has("is on hold")
}
