package pages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestWebhookForms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		page, form string
		path, body string
		done       string
	}{
		"resend": {
			"/webhooks/{id}/deliveries/{delivery}/resend", "", "/v1/webhook-endpoints/wep_1/deliveries/msg_1/resend", "null",
			"resend",
		},
		"redeliver": {
			"/webhooks/{id}/redeliver", "since=2026-05-01T00:00:00Z&state=failed", "/v1/webhook-endpoints/wep_1/redeliver",
			`{"since":"2026-05-01T00:00:00Z","state":"failed"}`, "none",
		},
		"probe": {"/webhooks/{id}/probe", "", "/v1/webhook-endpoints/wep_1/probe", "null", "no-probe"},
		"test": {
			"/webhooks/{id}/test-event", "type=message.delivered", "/v1/webhook-endpoints/wep_1/test-events",
			`{"type":"message.delivered"}`, "test",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := everything("x")
			r := request(f, map[string]string{"id": "wep_1", "delivery": "msg_1"}, "")
			r.Form, _ = url.ParseQuery(tc.form + "&key=the-key")
			a := answer(t, r, http.MethodPost, tc.page)
			if want := (posted{tc.path, "the-key", tc.body}); len(f.posts) != 1 || f.posts[0] != want {
				t.Errorf("sent %+v, want %+v", f.posts, want)
			}
			if a.SeeOther != "/console/in/staging/webhooks/wep_1?done="+tc.done {
				t.Errorf("leads to %s", a.SeeOther)
			}
		})
	}
	f := everything("x")
	r := request(f, map[string]string{"id": "wep_1"}, "")
	r.Form = url.Values{"since": {"yesterday"}}
	if _, err := redeliver(r); err == nil || len(f.posts) > 0 {
		t.Errorf("a time that is none: %v, sent %v", err, f.posts)
	}
}

// The page says what came of the last attempt, and what to do about it, by its outcome.
func TestWebhookAdvice(t *testing.T) {
	t.Parallel()
	attempt := func(minutes int, outcome string) api.DeliveryAttempt {
		return api.DeliveryAttempt{At: now.Add(time.Duration(minutes) * time.Minute), Outcome: outcome}
	}
	deliveries := []api.Delivery{
		{Attempts: []api.DeliveryAttempt{attempt(-9, "timeout"), attempt(-5, "untrusted")}},
		{Attempts: []api.DeliveryAttempt{attempt(-2, "unsigned")}},
		{},
	}
	if got := adviceOn(deliveries); got != outcomeAdvice["unsigned"] {
		t.Errorf("the advice is %s", got)
	}
	if adviceOn(nil) != "" {
		t.Error("without an attempt there is advice")
	}
	for _, outcome := range []string{ // as api.DeliveryAttempt lists them
		"accepted", "answered", "refused", "unsigned", "unreadable", "timeout", "unresolved", "unconnected", "untrusted",
		"handshake", "broken",
	} {
		if outcomeAdvice[outcome] == "" {
			t.Errorf("there is no advice on %s", outcome)
		}
	}
	long := make([]api.DeliveryAttempt, 7)
	if got := attempts(long); len(got) != 6 || got[5] != "and 2 before" {
		t.Errorf("of seven attempts it shows %q", got)
	}
}

// Who may only read sees no form that changes something.
func TestWebhookOfAnAuditor(t *testing.T) {
	t.Parallel()
	r := requestAs(everything("x"), api.RoleAuditor, "wep_1")
	if page := serve(t, r, http.MethodGet, "/webhooks/{id}"); strings.Contains(page, `method="post"`) {
		t.Error("an auditor has a form")
	}
}
