package client

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The texts of an answer that a plan prints are searched like the details of errors.
func TestFreeTextsWithSecretsAreWithheld(t *testing.T) {
	const plain = "incident 4711, until monday"
	for name, encode := range encodings {
		for text, withhold := range map[string]bool{
			plain: false, "found " + encode(issuedValue) + " in a log": true, "see " + encode(suppliedValue): true,
		} {
			k := newKnown()
			k.issued(issuedValue)
			k.supplied(suppliedValue)
			hold := &api.Hold{Reason: text}
			token := &api.ScopedToken{Rotated: api.Rotated{Hold: hold}}
			other := *hold
			secret := &api.SigningSecret{Rotated: api.Rotated{Hold: &other}, Probe: &api.Probe{Detail: text}}
			third := *hold
			connector := &api.Connector{Hold: &third}
			endpoint := &api.WebhookEndpoint{Failing: &api.Failing{Detail: text}}
			for _, answer := range []any{token, secret, connector, endpoint} {
				k.cleanTexts(answer)
			}
			want := text
			if withhold {
				want = withheld
			}
			for where, got := range map[string]string{
				"token": token.Hold.Reason, "signing secret": secret.Hold.Reason, "probe": secret.Probe.Detail,
				"connector": connector.Hold.Reason, "endpoint": endpoint.Failing.Detail,
			} {
				if got != want {
					t.Errorf("%s, %s: %q, want %q", name, where, got, want)
				}
			}
		}
	}
}

// Every object that the client reads goes through the search, alone and in a list.
func TestFreeTextsOfAnswersAreSearched(t *testing.T) {
	held := aConnector()
	held.Hold = &api.Hold{Reason: "leaked: qct_" + strings.Repeat("x", 40)}
	page := api.Page[api.Connector]{Items: []api.Connector{held}}
	c := newClient(t, serve(t, respondJSON(held), respondJSON(page)).URL, nil)
	one, err := c.Connectors().Get(t.Context(), held.ID)
	if err != nil || one.Hold.Reason != withheld {
		t.Errorf("%+v, %v", one, err)
	}
	all, err := c.Connectors().List(t.Context(), Filter{})
	if err != nil || len(all) != 1 || all[0].Hold.Reason != withheld {
		t.Errorf("%+v, %v", all, err)
	}
}
