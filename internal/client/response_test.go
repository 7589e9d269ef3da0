package client

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// A response in the platform's place must not look as if the platform had done something.
func TestResponsesOfOthersAreErrors(t *testing.T) {
	const id = "wep_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	value := secret.New(canaryCredential)
	empty := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	object := respondJSON(map[string]string{"status": "ok"})
	tests := map[string]struct {
		request   func(*sut) error
		responses []http.HandlerFunc
	}{
		"revoke a value": {
			func(c *sut) error { _, err := c.RevokeValue(t.Context(), value); return err },
			[]http.HandlerFunc{
				empty(200), empty(204), html(200), object, respondJSON(api.Revocation{Revoked: true}),
				respondJSON(api.Revocation{}),
			},
		},
		"introspect": {
			func(c *sut) error { _, err := c.Introspect(t.Context(), value, Presented{}); return err },
			[]http.HandlerFunc{empty(200), empty(204), html(200), object},
		},
		"identify": {
			func(c *sut) error { _, err := c.Identify(t.Context(), value); return err },
			[]http.HandlerFunc{empty(200), empty(204), html(200), object, respondJSON(api.Identification{Found: true})},
		},
		"check a value": {
			func(c *sut) error { _, err := c.EnvironmentPolicies().CheckValue(t.Context(), "", value); return err },
			[]http.HandlerFunc{
				empty(200), empty(204), html(200), object, respondJSON(api.ValueCheck{Refused: true}),
				respondJSON(api.ValueCheck{UsedBy: "the connector con_1"}),
			},
		},
		"acknowledge": {
			func(c *sut) error { return c.ScopedTokens().Acknowledge(t.Context(), "tok_01", 2, Write{}) },
			[]http.HandlerFunc{empty(200), html(200), object},
		},
		"probe": {
			func(c *sut) error { _, err := c.WebhookEndpoints().Probe(t.Context(), id); return err },
			[]http.HandlerFunc{empty(200), html(200), object},
		},
		"test event": {
			func(c *sut) error {
				_, err := c.WebhookEndpoints().SendTestEvent(t.Context(), id, api.TestEventRequest{Type: "a.b"}, Write{})
				return err
			},
			[]http.HandlerFunc{empty(202), html(202), object},
		},
		"list": {
			func(c *sut) error { _, err := c.ScopedTokens().List(t.Context(), Filter{}); return err },
			[]http.HandlerFunc{empty(200), empty(204), html(200), object},
		},
		"delete": {
			func(c *sut) error { return c.ScopedTokens().Delete(t.Context(), "tok_01") },
			[]http.HandlerFunc{empty(200), empty(202), html(200), object},
		},
	}
	for name, tt := range tests {
		for i, respond := range tt.responses {
			t.Run(fmt.Sprintf("%s, response %d", name, i), func(t *testing.T) {
				c := newClient(t, serve(t, respond).URL, nil)
				if err := tt.request(c); err == nil || HasCode(err, api.CodeNotFound) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func TestEmptySuccess(t *testing.T) {
	ok := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	identified := withHeader("X-Request-Id", "req_01ARZ3NDEKTSV4RRFFQ69G5FAV", ok)
	s := serve(t, identified)
	said, err := newClient(t, s.URL, nil).RevokeValue(t.Context(), secret.New(canaryCredential))
	if err != nil || said != nil {
		t.Fatalf("%v, %v", said, err)
	}
	r := s.seen()[0]
	if r.body != "token="+canaryCredential || r.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("sent %q as %s", r.body, r.header.Get("Content-Type"))
	}
}

func TestFormRequestsDoNotRepeatTheValue(t *testing.T) {
	value := secret.New(canaryCredential)
	s := serve(t, problem(api.CodeInvalid, func(p *api.Problem) { p.Detail = "refused " + canaryCredential }))
	c := newClient(t, s.URL, nil)
	_, err := c.Introspect(t.Context(), value, Presented{From: "192.0.2.1"})
	_, err2 := c.RevokeValue(t.Context(), value)
	for _, err := range []error{err, err2} {
		if err == nil {
			t.Fatal("no error")
		}
		assertNoCanary(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, c.events))
	}
}

func TestIdempotencyKeyOfTheCaller(t *testing.T) {
	s := serve(t, problem(api.CodeInternal), respondJSON(aConnector()))
	c := newClient(t, s.URL, nil)
	mine := Write{IdempotencyKey: "mine"}
	if _, err := c.Connectors().Patch(t.Context(), connectorID, api.ConnectorPatch{}, mine); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.seen() {
		if key := r.header.Get("Idempotency-Key"); key != "mine" {
			t.Errorf("key %q", key)
		}
	}
}
