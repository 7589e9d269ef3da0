package acctest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// webhookIncident is an incident of the example of webhooks, with a receiver that reads the file that the apply writes.
func webhookIncident(t *testing.T, name string) (*incident, *acctest.Hook) {
	t.Helper()
	in := newIncident(t, name, "webhooks", nil)
	h := acctest.StartHook(t, in.p.Clock)
	in.tf.Var("url", h.URL)
	in.tf.Apply()
	in.reads(h)
	return in, h
}

// reads lets the receiver read its file, as it does for every delivery.
func (in *incident) reads(h *acctest.Hook) {
	in.t.Helper()
	var config struct{ Secrets []*string }
	if err := json.Unmarshal([]byte(in.file("receiver.json")), &config); err != nil {
		in.t.Fatal(err)
	}
	var known []string
	for _, s := range config.Secrets {
		if s != nil {
			known = append(known, *s)
		}
	}
	h.Know(known...)
}

// forge sends an event that is signed with a secret, and returns what the receiver answers.
func (in *incident) forge(h *acctest.Hook, secret string) int {
	in.t.Helper()
	key, err := webhook.ParseSecret(secret)
	if err != nil {
		in.t.Fatal(err)
	}
	const id, body = "msg_forged", `{"type":"message.delivered","data":{}}`
	signature, err := webhook.Sign([]webhook.Key{key}, id, in.p.Clock.Now(), []byte(body))
	if err != nil {
		in.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(in.t.Context(), http.MethodPost, h.URL, strings.NewReader(body))
	if err != nil {
		in.t.Fatal(err)
	}
	req.Header.Set(webhook.HeaderID, id)
	req.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(in.p.Clock.Now()))
	req.Header.Set(webhook.HeaderSignature, signature)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		in.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// A signing secret leaked: the receiver refuses what is signed with it, and takes the deliveries of the platform.
func TestPlaybookWebhook(t *testing.T) {
	t.Parallel()
	in, h := webhookIncident(t, "webhook")
	leaked := in.p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", 1)
	in.report(leaked)
	if got := in.forge(h, leaked); got != http.StatusNoContent {
		t.Fatalf("the receiver answers %d to a forged event before the incident", got)
	}
	in.step("find", "state current", "owner team-orders", "EVENT")
	in.step("contain", "ends at once")
	in.step("replace", "1 changed")
	in.reads(h)
	if got := in.forge(h, leaked); got != http.StatusUnauthorized {
		t.Errorf("the receiver answers %d to a forged event", got)
	}
	in.refused()
	in.step("prove", "is queued", "state revoked")
	in.p.Deliver()
	in.step("arrived", "message.delivered delivered")
	in.step("record", "incident 42")
	in.over("revoke", "reissue")
}

// A release of the receiver does not take the new secret. The rotation goes back, and what failed is delivered.
func TestPlaybookRotation(t *testing.T) {
	t.Parallel()
	in, h := webhookIncident(t, "rotation")
	in.p.Clock.Advance(90 * day)
	in.tf.Apply()
	in.reads(h)
	in.p.Clock.Advance(time.Minute)
	in.p.Probe()
	in.tf.Apply()
	const wrong = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	h.Know(wrong)
	broken := in.p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", 2)
	in.report(broken)
	in.p.As(api.RoleDeployer).SendTestEvent("orders", "message.delivered")
	in.p.Deliver()
	in.step("find", "the endpoint answered 401", "2 current", "1 previous")
	in.step("contain", "version 1 is current again, and it is on hold")
	in.step("replace", "1 added")
	in.reads(h)
	if got := in.forge(h, broken); got != http.StatusUnauthorized {
		t.Errorf("the receiver answers %d to an event of the version that was taken back", got)
	}
	in.refused()
	in.step("prove", "events that are sent to webhook endpoint orders now: 1")
	in.p.Deliver()
	in.step("arrived", "message.delivered delivered", "1 current")
	in.step("record", "rollback")
	in.step("release", "has ended")
	in.over("rollback", "cancel")
}
