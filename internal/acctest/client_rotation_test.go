package acctest_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A service sends its token to an API that introspects it, and fetches credentials with it, through a whole rotation:
// no request fails. Who keeps the old token is refused once that is retired.
func TestClientThroughARotation(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		url := s.serve(acctest.ClientCommand{"scopes": []string{"messages:send"}})
		s.open("caller", url, s.fromFile())
		s.open("late", url, acctest.ClientCommand{"kind": "static", "value": s.value(1)})
		// So long that they are not renewed in time: who has one of the old token is refused, and repeats the request.
		long := s.exchanged()
		long["ttl"] = 3600
		s.open("exchanged", url, long)
		s.open("exchanged service", s.p.URL, long)
		works := func(when string) {
			t.Helper()
			for _, passed := range []time.Duration{0, cacheTTL, 5 * time.Minute} {
				s.advance(passed)
				s.wantStatus("caller", url, 20, 200)
				s.wantStatus("exchanged", url, 20, 200)
				s.wantCredentials("service", 20, 1)
				s.wantCredentials("exchanged service", 20, 1)
			}
			if t.Failed() {
				t.Fatal("it fails " + when)
			}
		}
		credential := s.p.Credential(api.ScopedTokens, "notifier")
		works("before the rotation")
		credential.Begin()
		works("while the old token is current")
		s.write(s.value(2))
		s.Must(acctest.ClientCommand{"do": "acknowledge", "of": "api", "id": s.token, "version": 2}, nil)
		works("with the pending token")
		credential.Step(api.StepPromote, nil)
		works("with the new token")
		s.wantStatus("late", url, 20, 200)
		credential.Step(api.StepRetire, api.StepRequest{Force: true, Reason: "test"})
		s.count(exchangePath)
		works("after the old token was retired")
		s.exchanges(2)
		s.wantStatus("late", url, 20, 401)

		failure := s.Do(acctest.ClientCommand{"do": "acknowledge", "of": "api", "id": s.token, "version": 3}, nil)
		if failure == nil || failure.Kind != "refused" || failure.Code != api.CodeConflict {
			t.Errorf("a version that is not pending: %+v", failure)
		}
		failure = s.Do(acctest.ClientCommand{"do": "acknowledge", "of": "api", "id": s.connector, "version": 1}, nil)
		if failure == nil || failure.Kind != "invalid" {
			t.Errorf("the id of a connector: %+v", failure)
		}
	})
}

// A receiver verifies what the platform sends through the rotation of its signing secret, says which secret matched,
// and acknowledges the new one.
func TestClientVerifiesThroughARotation(t *testing.T) {
	for _, algorithm := range []string{"hmac-sha256", "ed25519"} {
		t.Run(algorithm, func(t *testing.T) {
			eachClient(t, func(s *clientScene) { verifiesThroughARotation(s.t, s, algorithm) })
		})
	}
}

func verifiesThroughARotation(t *testing.T, s *clientScene, algorithm string) {
	t.Helper()
	h := acctest.StartHook(t, s.p.Clock)
	signing, valueOf := newSigningSecret(t, s, h, algorithm)
	verify := func(want int, secrets ...string) {
		t.Helper()
		s.p.As(api.RoleDeployer).SendTestEvent("orders", "message.delivered")
		s.p.Deliver()
		events := h.Events()
		event := events[len(events)-1]
		matched := -1
		failure := s.Do(acctest.ClientCommand{
			"do": "verify", "secrets": secrets, "headers": event.Header, "tolerance": 300,
			"body": base64.StdEncoding.EncodeToString(event.Body),
		}, &matched)
		if failure != nil && want >= 0 || matched != want {
			t.Errorf("secret %d matched (%+v), want %d", matched, failure, want)
		}
	}
	h.Answer(func(acctest.HookEvent) int { return 204 })
	old := valueOf(1)
	if failure := s.Do(acctest.ClientCommand{
		"do": "verify", "secrets": []string{old}, "headers": map[string]string{}, "tolerance": 300, "body": "",
	}, nil); failure != nil && failure.Code == "algorithm" {
		return // Python has no ed25519, and says so
	}
	verify(0, old)
	credential := s.p.Credential(api.SigningSecrets, "orders")
	credential.Begin()
	fresh := valueOf(2)
	verify(0, old)
	verify(0, fresh) // both sign while one is pending
	s.Must(acctest.ClientCommand{"do": "acknowledge", "of": "api", "id": signing, "version": 2}, nil)
	credential.Step(api.StepPromote, nil)
	verify(0, fresh, old)
	verify(0, old)
	credential.Step(api.StepRetire, api.StepRequest{Force: true, Reason: "test"})
	verify(1, old, fresh)
	verify(-1, old)
}

// newSigningSecret makes an endpoint with a signing secret, and returns its id and what a receiver has of a version.
func newSigningSecret(
	t *testing.T, s *clientScene, h *acctest.Hook, algorithm string,
) (id string, valueOf func(int64) string) {
	t.Helper()
	c, ctx := s.p.As(api.RoleDeployer).Client(), t.Context()
	endpoint, err := c.WebhookEndpoints().Create(ctx, api.WebhookEndpointCreate{
		Name: "orders", ConnectorID: s.connector, URL: &h.URL,
	})
	ok(t, err)
	policy, err := c.RotationPolicies().ByName(ctx, "monthly")
	ok(t, err)
	signing, err := c.SigningSecrets().Create(ctx, api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "orders", Owner: "team"}, EndpointID: endpoint.ID,
		RotationPolicyID: policy.ID, Algorithm: &algorithm,
	})
	ok(t, err)
	return signing.ID, func(version int64) string {
		t.Helper()
		revealed, err := c.SigningSecrets().Reveal(ctx, signing.ID, version)
		ok(t, err)
		return revealed.Value.Expose()
	}
}
