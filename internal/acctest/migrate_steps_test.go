package acctest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

func (m *migration) fromTime() {
	m.t.Helper()
	m.tf.Var("quarter", "2026-05-01T12:00:00Z")
	before := m.config("time-before")
	m.write(before)
	m.tf.Apply()
	service := tokenIn(m.t, m.sink("notifier"))
	served := func() {
		m.t.Helper()
		if !m.p.As(api.RoleRuntime).Introspect(service).Active {
			m.t.Errorf("at %s the service is cut off", m.p.Clock.Now())
		}
	}
	served()
	w := watch(m.t, m.p)
	m.p.AfterEach(func() { w.accepted(); served() })

	// The quarter has passed, and the migration still comes first.
	m.p.Clock.Advance(90 * day)
	m.tf.Var("quarter", "2026-07-30T12:00:00Z")
	m.shows("migrate-replaced", m.tf.Plan(2))
	m.write(m.without(before, `resource "time_rotating" "quarter"`, `resource "time_static" "quarter"`,
		`resource "quickconnect_scoped_token" "notifier"`) + m.config("time-after"))
	m.tf.Var("quarter", "")
	m.shows("migrate-policy", m.tf.SavePlan("policy.tfplan"))
	m.tf.ApplyPlan("policy.tfplan")
	served()
	if len(m.sink("notifier").All()) != 1 {
		m.t.Error("the sink was touched")
	}

	m.tf.Plan(2).Has(`Rotation of "notifier" begins: version 2 will be issued`)
	m.tf.Apply()
	w.want(1, 2)
	served()
	service = tokenIn(m.t, m.sink("notifier"))
	served()
	m.tf.Apply()
	w.advance(day)
	w.want(2)
	served()
	m.tf.Plan(0).Silent()
}

// vaultPut is what a person does.
func (m *migration) vaultPut(value string) {
	m.t.Helper()
	ok(m.t, os.WriteFile(filepath.Join(m.dir, "slack"), []byte(value), 0o600))
}

// vaultRead is what a service does that has not moved.
func (m *migration) vaultRead() string { return read(m.t, filepath.Join(m.dir, "slack")) }

// fetch is what a service does that has moved: it fetches the credentials with its token.
func (m *migration) fetch() string {
	m.t.Helper()
	path := "/v1/connectors/" + m.p.As(api.RoleAuditor).Connector("slack").ID + "/credentials"
	var fetched struct{ Credentials map[string]string }
	m.p.AsToken(tokenIn(m.t, m.sink("notifier"))).Do(http.MethodGet, path, nil).Want(http.StatusOK).Decode(&fetched)
	return fetched.Credentials["bot_token"]
}

func (m *migration) fromVault() {
	m.t.Helper()
	valid := map[string]bool{"xoxb-one": true} // at Slack
	services := map[string]func() string{"one that has not moved": m.vaultRead}
	has := map[string]string{}
	works := func() {
		m.t.Helper()
		for name := range services {
			if !valid[has[name]] {
				m.t.Errorf("at %s the service is cut off: %s", m.p.Clock.Now(), name)
			}
		}
	}
	// Every service reads its value again, as after a restart.
	served := func() {
		m.t.Helper()
		for name, credentials := range services {
			has[name] = credentials()
		}
		works()
	}
	m.vaultPut("xoxb-one")
	served()
	m.p.AfterEach(works)

	source, service := m.config("vault-connector"), m.config("vault-service")
	m.write(source)
	m.tf.Apply()
	served()
	m.tf.Plan(0).Silent()
	m.write(source + service)
	m.tf.Apply()
	served()
	services["one that has moved"] = m.fetch
	served()

	// A person writes another value, for both.
	valid["xoxb-two"] = true
	m.vaultPut("xoxb-two")
	served()
	m.tf.Plan(2).Has("The configured credentials changed since the last apply")
	m.tf.Apply()
	m.shows("migrate-in-use", m.tf.Plan(0)).Has("Old credentials in use")
	served()
	m.p.Clock.Advance(6 * time.Minute)
	m.tf.Plan(0).Has("Old credentials can be revoked")
	delete(valid, "xoxb-one")
	served()

	m.tf.Var("slack_bot_token", "xoxb-other")
	m.write(m.config("vault-variable") + service)
	m.tf.Plan(2).Has("quickconnect_connector.slack will be updated in-place")
	m.tf.Var("slack_bot_token", "xoxb-two")
	m.tf.Plan(0)
	served()

	delete(services, "one that has not moved")
	ok(m.t, os.Remove(filepath.Join(m.dir, "slack")))
	m.tf.Apply()
	served()
	wantCredentials(m.t, m.p, 2, "xoxb-two")
	state := read(m.t, filepath.Join(m.tf.Dir, "terraform.tfstate"))
	if strings.Contains(state, "xoxb-") {
		m.t.Error("the state has the credentials")
	}
}

// otherSender sends an event that it signs with its one secret, and returns the receiver's answer.
func otherSender(m *migration, h *acctest.Hook, secret string) int {
	m.t.Helper()
	key, err := webhook.ParseSecret(secret)
	ok(m.t, err)
	body, now := []byte(`{"type":"order.paid"}`), m.p.Clock.Now()
	signature, err := webhook.Sign([]webhook.Key{key}, "msg_of_the_other_sender", now, body)
	ok(m.t, err)
	r := httptest.NewRequestWithContext(m.t.Context(), http.MethodPost, "/hook", bytes.NewReader(body))
	r.Header.Set(webhook.HeaderID, "msg_of_the_other_sender")
	r.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(now))
	r.Header.Set(webhook.HeaderSignature, signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// arrives sends an event of the platform, and wants the receiver to accept it.
func (m *migration) arrives(h *acctest.Hook) {
	m.t.Helper()
	id := m.p.As(api.RoleOperator).SendTestEvent("orders", anEvent)
	m.p.Deliver()
	if !slices.Contains(h.Accepted(), id) {
		m.t.Errorf("at %s an event of the platform is not accepted", m.p.Clock.Now())
	}
}

func (m *migration) fromWebhook() {
	m.t.Helper()
	h := acctest.StartHook(m.t, m.p.Clock)
	secret := whsec("a")
	// receives lets the receiver read what was handed over, and wants the events of both senders accepted.
	receives := func(signedBy ...int64) {
		m.t.Helper()
		var config struct{ Secrets []string }
		_, handed := m.sink("receiver").Last()
		ok(m.t, json.Unmarshal([]byte(handed), &config))
		h.Know(config.Secrets...)
		if status := otherSender(m, h, secret); status != http.StatusNoContent {
			m.t.Errorf("at %s the other sender is answered %d", m.p.Clock.Now(), status)
		}
		if len(signedBy) > 0 {
			deliver(m.t, m.p, h, signedBy...)
		}
	}
	m.tf.Var("webhook_secret", secret)
	before := m.config("webhook-before")
	variable := m.without(before, `resource "vault_kv_secret_v2" "receiver"`)
	m.write(before)
	m.tf.Apply()
	receives()

	same := strings.Replace(m.config("webhook-same"), "https://hooks.example.com/quickconnect", h.URL, 1)
	m.write(before + same)
	m.tf.Apply()
	receives(1)
	m.p.AfterEach(func() { m.arrives(h) })
	handover := m.config("webhook-handover")
	m.write(variable + same + handover)
	m.tf.SavePlan("handover.tfplan").Has("sink_secret.receiver will be updated in-place", "0 to destroy")
	m.tf.ApplyPlan("handover.tfplan")
	receives(1)
	m.tf.Plan(0).Silent()

	issued := m.without(same, `resource "quickconnect_webhook_signing_secret" "orders"`) + m.config("webhook-issued")
	m.write(issued + handover)
	m.shows("migrate-issued", m.tf.SavePlan("issued.tfplan"))
	m.tf.ApplyPlan("issued.tfplan")
	deliver(m.t, m.p, h, 1, 2) // the receiver has not read it yet
	receives(1, 2)
	m.p.Probe()
	m.tf.Apply()
	receives(2, 1)
	m.p.Clock.Advance(day)
	receives(2)
	m.tf.Plan(2).Has("sink_secret.receiver will be updated in-place")
	m.tf.Apply()
	_, handed := m.sink("receiver").Last()
	if strings.Contains(handed, secret) {
		m.t.Error("the receiver still has the old secret")
	}
	deliver(m.t, m.p, h, 2)
	m.tf.Plan(0).Silent()
}
