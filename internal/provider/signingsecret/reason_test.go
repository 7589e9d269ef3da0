package signingsecret

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// A plan that issues one more version says what became of those before it: nobody should find out by the numbers.
func TestWhatNeverBecameCurrentIsNamed(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	cancel := func() {
		f.By(rules.Command{Step: rules.StepBegin})
		f.By(rules.Command{Step: rules.StepCancel, Reason: "broken"})
		f.By(rules.Command{Step: rules.StepRelease})
	}
	f.Clock.Advance(90 * day)
	if w := tf.Plan(c).Diags.Warnings(); strings.Contains(w, "there before") {
		t.Errorf("nothing was issued before: %s", w)
	}
	cancel()
	tftest.Says(t, tf.Plan(c).Diags.Warnings(), "version 3 will be issued", "Version 2 was there before and is not current. What became of it: GET /v1/signing-secrets/sec_01/versions.")
	cancel()
	tftest.Says(t, tf.Plan(c).Diags.Warnings(), "version 4 will be issued", "Versions 2 to 3 were there before and are not current.")
	tf.Run(c)
	f.proven(4)
	if w := tf.Plan(c).Diags.Warnings(); strings.Contains(w, "there before") {
		t.Errorf("the promotion has nothing to do with it: %s", w)
	}
}

// That a receiver verifies nothing stands until a probe finds otherwise; the plan does not say that the last probe found it.
func TestNotEnforcedByAnEarlierProbe(t *testing.T) {
	c := baseConfig()
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepBegin})
	f.Cred, _ = rules.ReportEnforcement(f.Cred, f.Policy, 2, false, f.Clock.Now())
	for result, want := range map[string]string{api.ProbeNotEnforced: ". The receiver accepts", api.ProbeInconclusive: ". An earlier probe found that the receiver accepts"} {
		f.secret.Probe = &api.Probe{Version: 2, At: f.Clock.Now(), Result: result, Detail: "the endpoint answered 307"}
		warnings := strings.ReplaceAll(tftest.Empty(t, tf, c).Diags.Warnings(), "itself: ", "itself. ")
		tftest.Says(t, warnings, "cannot prove itself"+want+" what is not genuine", "The last probe, at 2026-05-01T00:00:00Z: the endpoint answered 307.")
	}
}

// Who takes secret_wo away and asks for a rotation gets a secret that the platform makes: the plan says so.
func TestFromSuppliedToIssuedIsNamed(t *testing.T) {
	one, two := tftest.Triggers("turn", "1"), tftest.Triggers("turn", "2")
	_, tf := created(t, suppliedConfig("a").With("rotate_when_changed", one))
	tftest.Says(t, tf.Plan(baseConfig().With("rotate_when_changed", two)).Diags.Warnings(), "version 2 will be issued", "The platform makes its value, because secret_wo is not set")
}
