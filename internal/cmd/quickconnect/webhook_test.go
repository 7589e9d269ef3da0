package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// hooked starts a platform with the webhook endpoint "orders", whose signing secret "orders" a receiver knows.
func hooked(t *testing.T) (*operator, *acctest.Hook) {
	t.Helper()
	o := newOperator(t, api.RoleOperator)
	h := acctest.StartHook(t, o.p.Clock)
	deployer, fixture := o.p.As(api.RoleDeployer), acctest.TheFixture()
	deployer.Create(api.KindWebhookEndpoints, map[string]any{
		"name": "orders", "connector_id": fixture.Connectors[0], "url": h.URL,
	}).Want(http.StatusCreated)
	deployer.Create(api.KindSigningSecrets, map[string]any{
		"name": "orders", "owner": "team-orders", "endpoint_id": deployer.WebhookEndpoint("orders").ID,
		"rotation_policy_id": fixture.Policies[0],
	}).Want(http.StatusCreated)
	h.Know(o.signingSecret(1))
	return o, h
}

// signingSecret returns the value of a version of the signing secret, which no output may have from then on.
func (o *operator) signingSecret(version int64) string {
	o.t.Helper()
	value := o.p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", version)
	o.secret("signing secret "+number(version), value)
	return value
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	o, h := hooked(t)
	o.run("deliveries orders").want(exitDone, "EVENT TYPE STATE")
	h.Answer(func(acctest.HookEvent) int { return http.StatusInternalServerError })
	queued := decode[api.TestEvent](o.run("send-test-event orders --type message.read --output json").want(exitDone))
	o.run("send-test-event orders --type message.delivered --data", `{"n": 1}`).want(exitDone,
		"is queued for webhook endpoint orders, http://127.0.0.1")
	o.p.Deliver()
	o.run("deliveries orders --at-most 1").want(exitDone, "message.delivered queued", "the newest 1")
	got := decode[[]api.Delivery](o.run("deliveries orders --type message.read --output json").want(exitDone))
	if len(got) != 1 || got[0].ID != queued.ID || len(got[0].Attempts) != 1 {
		t.Errorf("got %+v", got)
	}
	if out := o.run("deliveries orders --state failed").want(exitDone).stdout; strings.Contains(out, "msg_") {
		t.Error(out)
	}

	h.Answer(nil)
	const since = " --since 2026-05-01T12:00:00Z"
	o.run("redeliver orders"+since).want(exitNoChange, "nothing was sent", "is failed")
	o.run("redeliver orders --state queued"+since).want(exitDone, "events that are sent to webhook endpoint orders now: 2")
	o.p.Deliver()
	o.run("deliveries orders --state delivered").want(exitDone, queued.ID)
	o.run("redeliver orders --event "+queued.ID).want(exitFailed, "its data is erased")
	o.run("send-test-event missing --type message.read").want(exitFailed, `cannot find webhook endpoint "missing"`)
}

func TestResend(t *testing.T) {
	t.Parallel()
	o, h := hooked(t)
	h.Answer(func(acctest.HookEvent) int { return http.StatusInternalServerError })
	queued := decode[api.TestEvent](o.run("send-test-event orders --type message.read --output json").want(exitDone))
	for o.p.As(api.RoleDeployer).Deliveries("orders")[0].State != api.DeliveryFailed {
		o.p.Deliver()
		o.p.Clock.Advance(12 * time.Hour)
	}
	h.Answer(nil)
	o.run("redeliver orders --event "+queued.ID).want(exitDone, "is sent again to webhook endpoint orders now")
	o.p.Deliver()
	o.run("deliveries orders").want(exitDone, queued.ID+" message.read delivered")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	o, h := hooked(t)
	o.run("probe orders").want(exitNoChange, "nothing was probed")
	o.run("rotate signing-secret orders").want(exitDone, "version 2 was issued, and is pending")
	first, second := o.signingSecret(1), o.signingSecret(2)
	o.run("probe orders").want(exitNoChange, "2 not_accepted", "1 of 1 pending versions are not proven")
	h.Know(first, second)
	o.p.Clock.Advance(time.Minute)
	o.run("probe orders").want(exitDone, "2 proven")
	o.run("promote signing-secret orders --yes").want(exitDone, "version 2 is current")
}

func TestWebhookCommandLines(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleOperator)
	token := o.p.Token(api.RoleOperator)
	for line, says := range map[string]string{
		"deliveries":                                     "name one webhook endpoint",
		"deliveries " + token:                            "neither the id",
		"deliveries one --since yesterday":               "--since must be a time",
		"deliveries one --at-most 0":                     "--at-most must be 1 or more",
		"redeliver one":                                  "either --event or --since",
		"redeliver one --event " + token:                 "must be the id of an event",
		"redeliver one --event msg_01 --state failed":    "--state goes with --since alone",
		"redeliver one --since now":                      "--since must be a time",
		"redeliver one --since x --state delivered":      "--state must be failed or queued",
		"send-test-event one":                            "--type must be an event type",
		"send-test-event one --type a.b --data " + token: "--data must be a JSON object",
	} {
		o.p.ForgetRequests()
		o.run(line).want(exitRefused, says)
		if n := len(o.p.Requests()); n != 0 {
			t.Errorf("%s sent %d requests", line, n)
		}
	}
}
