package client

import (
	"errors"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestEveryOperationChecksTheID(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	for _, id := range []string{"", "..", "con_1/../../x", "con_1?x", "mail"} {
		if _, err := c.Connectors().Get(t.Context(), id); err == nil {
			t.Errorf("read %q: no error", id)
		}
		if _, err := c.Connectors().Patch(t.Context(), id, api.ConnectorPatch{}, Write{}); err == nil {
			t.Errorf("patch %q: no error", id)
		}
		if err := c.ScopedTokens().Delete(t.Context(), id); err == nil {
			t.Errorf("delete %q: no error", id)
		}
		if _, err := c.ScopedTokens().Step(t.Context(), id, api.StepBegin, api.StepRequest{}, Write{}); err == nil {
			t.Errorf("step %q: no error", id)
		}
		if err := c.SigningSecrets().Acknowledge(t.Context(), id, 2, Write{}); err == nil {
			t.Errorf("acknowledge %q: no error", id)
		}
		if _, err := c.SigningSecrets().Reveal(t.Context(), id, 1); err == nil {
			t.Errorf("reveal %q: no error", id)
		}
		if _, err := c.Connectors().Versions(t.Context(), id); err == nil {
			t.Errorf("versions %q: no error", id)
		}
		if _, err := c.Connectors().Revoke(t.Context(), id, api.RevokeRequest{}, Write{}); err == nil {
			t.Errorf("revoke %q: no error", id)
		}
		if _, err := c.WebhookEndpoints().SendTestEvent(t.Context(), id, api.TestEventRequest{}, Write{}); err == nil {
			t.Errorf("test event %q: no error", id)
		}
		if _, err := c.WebhookEndpoints().Deliveries(t.Context(), id); err == nil {
			t.Errorf("deliveries %q: no error", id)
		}
		if _, err := c.WebhookEndpoints().Probe(t.Context(), id); err == nil {
			t.Errorf("probe %q: no error", id)
		}
	}
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestInvalidIDIsNotSent(t *testing.T) {
	s := serve(t, respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	for _, id := range []string{"", "tok_my-notifier", "notifier", "tok_1/../../v1/identity", "tok_"} {
		_, err := c.ScopedTokens().Get(t.Context(), id)
		bad := (*IDError)(nil)
		if !errors.As(err, &bad) || bad.Prefix != "tok_" || strings.Contains(err.Error(), "no answer") {
			t.Errorf("%q: %v", id, err)
		}
	}
	if len(s.seen()) != 0 {
		t.Errorf("%d requests", len(s.seen()))
	}
}

// An error of a step says what could not be done, and to which object.
func TestStepsAreNamedInErrors(t *testing.T) {
	s := serve(t, problem(api.CodeConflict))
	c := newClient(t, s.URL, nil)
	for verb, want := range map[string]string{
		api.StepBegin: "begin a rotation of", api.StepRotate: "rotate", api.StepPromote: "promote the pending version of",
		api.StepRetire: "retire the previous version of", api.StepCancel: "cancel the pending version of",
		api.StepRollback: "roll back", api.StepReissue: "reissue",
	} {
		_, err := c.ScopedTokens().Step(t.Context(), "tok_01", verb, api.StepRequest{}, Write{})
		if e := (*Error)(nil); !errors.As(err, &e) || e.Op != want || e.Object != "scoped token tok_01" {
			t.Errorf("%s: %v", verb, err)
		}
	}
}
