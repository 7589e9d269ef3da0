package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

var (
	anyState = client.Write{}
	why      = api.HoldRequest{Reason: "why"}
	all      = api.RevokeRequest{All: true, Reason: "why"}
)

// scene is the real platform with one object of every kind, and two of its principals.
type scene struct {
	*testing.T
	platform          *acctest.Platform
	deployer, runtime *client.Client

	connector *api.Connector
	policy    *api.RotationPolicy
	token     *api.ScopedToken
	endpoint  *api.WebhookEndpoint
	signing   *api.SigningSecret
}

func newScene(t *testing.T) *scene {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(receiver.Close)
	s := &scene{T: t, platform: acctest.StartPlatform(t)}
	as := func(role string) *client.Client {
		c, err := client.New(client.Config{Endpoint: s.platform.URL, Token: secret.New(s.platform.Token(role))})
		s.noError(err)
		return c
	}
	s.deployer, s.runtime = as(api.RoleDeployer), as(api.RoleRuntime)

	ctx, c := t.Context(), s.deployer
	var err error
	s.connector, err = c.Connectors().Create(ctx, api.ConnectorCreate{
		Name: "shop", Owner: "team", Type: "custom", Credentials: map[string]secret.Value{"key": secret.New("one")},
	})
	s.noError(err)
	s.policy, err = c.RotationPolicies().Create(ctx, api.RotationPolicyCreate{Name: "monthly", Interval: "30d"})
	s.noError(err)
	s.token, err = c.ScopedTokens().Create(ctx, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "team"},
		ConnectorID:   s.connector.ID, Scopes: []string{"messages:send"}, RotationPolicyID: &s.policy.ID,
	})
	s.noError(err)
	s.endpoint, err = c.WebhookEndpoints().Create(ctx, api.WebhookEndpointCreate{
		Name: "orders", ConnectorID: s.connector.ID, URL: &receiver.URL,
	})
	s.noError(err)
	s.signing, err = c.SigningSecrets().Create(ctx, api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "orders", Owner: "team"},
		EndpointID:    s.endpoint.ID, RotationPolicyID: s.policy.ID,
	})
	s.noError(err)
	return s
}

func (s *scene) noError(errs ...error) {
	s.Helper()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

// object is any object of the API.
type object interface{ AsObject() api.Object }

// finder has the three ways to find an object of one kind.
type finder[T object] interface {
	Get(ctx context.Context, id string) (*T, error)
	ByName(ctx context.Context, name string) (*T, error)
	List(ctx context.Context, filter client.Filter) ([]T, error)
}

func testFind[T object, F finder[T]](s *scene, find F, want api.Object) {
	s.Helper()
	ctx := s.Context()
	got, err := find.Get(ctx, want.ID)
	named, err2 := find.ByName(ctx, want.Name)
	list, err3 := find.List(ctx, client.Filter{})
	s.noError(err, err2, err3)
	if (*got).AsObject().ID != want.ID || (*named).AsObject().ID != want.ID {
		s.Errorf("got %v and %v, want %s", *got, *named, want.ID)
	}
	if len(list) != 1 || list[0].AsObject().ID != want.ID {
		s.Errorf("listed %v, want %s", list, want.ID)
	}
	if _, err := find.ByName(ctx, "another"); !client.IsNotFound(err) {
		s.Errorf("another name: %v", err)
	}
}

func TestFindAtThePlatform(t *testing.T) {
	s := newScene(t)
	c := s.deployer
	testFind(s, c.Connectors(), s.connector.Object)
	testFind(s, c.RotationPolicies(), s.policy.Object)
	testFind(s, c.ScopedTokens(), s.token.Object)
	testFind(s, c.WebhookEndpoints(), s.endpoint.Object)
	testFind(s, c.SigningSecrets(), s.signing.Object)
}

func TestPatchAndDeleteAtThePlatform(t *testing.T) {
	s := newScene(t)
	ctx, c := t.Context(), s.deployer
	labels := api.Some(map[string]string{"a": "b"})
	rotated := api.RotatedPatch{Labels: labels}
	connector, err := c.Connectors().Patch(ctx, s.connector.ID, api.ConnectorPatch{Labels: labels},
		client.Write{IfMatch: s.connector.Etag})
	policy, err2 := c.RotationPolicies().Patch(ctx, s.policy.ID, api.RotationPolicyPatch{Labels: labels}, anyState)
	token, err3 := c.ScopedTokens().Patch(ctx, s.token.ID, api.ScopedTokenPatch{RotatedPatch: rotated}, anyState)
	endpoint, err4 := c.WebhookEndpoints().Patch(ctx, s.endpoint.ID, api.WebhookEndpointPatch{Labels: labels}, anyState)
	signing, err5 := c.SigningSecrets().Patch(ctx, s.signing.ID, api.SigningSecretPatch{RotatedPatch: rotated}, anyState)
	s.noError(err, err2, err3, err4, err5)
	for _, o := range []object{connector, policy, token, endpoint, signing} {
		if o.AsObject().Labels["a"] != "b" {
			t.Errorf("not changed: %v", o)
		}
	}
	old := client.Write{IfMatch: s.connector.Etag}
	_, err = c.Connectors().Patch(ctx, s.connector.ID, api.ConnectorPatch{}, old)
	if !client.HasCode(err, api.CodePreconditionFailed) {
		t.Errorf("an old etag: %v", err)
	}
	s.noError(c.SigningSecrets().Delete(ctx, s.signing.ID), c.WebhookEndpoints().Delete(ctx, s.endpoint.ID),
		c.ScopedTokens().Delete(ctx, s.token.ID), c.RotationPolicies().Delete(ctx, s.policy.ID),
		c.Connectors().Delete(ctx, s.connector.ID))
	if err := c.Connectors().Delete(ctx, s.connector.ID); !client.IsNotFound(err) {
		t.Errorf("deleted again: %v", err)
	}
}

func TestContainmentAtThePlatform(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	connectors, tokens, secrets := s.deployer.Connectors(), s.deployer.ScopedTokens(), s.deployer.SigningSecrets()

	c, err := connectors.Hold(ctx, s.connector.ID, why, anyState)
	k, err2 := tokens.Hold(ctx, s.token.ID, why, anyState)
	g, err3 := secrets.Hold(ctx, s.signing.ID, why, anyState)
	s.noError(err, err2, err3)
	if c.Hold == nil || k.Hold == nil || g.Hold == nil || k.Hold.Reason != why.Reason {
		t.Errorf("not held: %v, %v, %v", c.Hold, k.Hold, g.Hold)
	}
	c, err = connectors.Release(ctx, s.connector.ID, why, anyState)
	k, err2 = tokens.Release(ctx, s.token.ID, why, anyState)
	g, err3 = secrets.Release(ctx, s.signing.ID, why, anyState)
	s.noError(err, err2, err3)
	if c.Hold != nil || k.Hold != nil || g.Hold != nil {
		t.Errorf("not released: %v, %v, %v", c.Hold, k.Hold, g.Hold)
	}
	c, err = connectors.Revoke(ctx, s.connector.ID, all, anyState)
	k, err2 = tokens.Revoke(ctx, s.token.ID, all, anyState)
	g, err3 = secrets.Revoke(ctx, s.signing.ID, all, anyState)
	s.noError(err, err2, err3)
	if c.CredentialsStatus != api.CredentialsRevoked || k.Rotation.Phase != api.PhaseRevoked ||
		g.Rotation.Phase != api.PhaseRevoked {
		t.Errorf("not revoked: %s, %s, %s", c.CredentialsStatus, k.Rotation.Phase, g.Rotation.Phase)
	}
	ofConnector, err := connectors.Versions(ctx, s.connector.ID)
	ofToken, err2 := tokens.Versions(ctx, s.token.ID)
	ofSecret, err3 := secrets.Versions(ctx, s.signing.ID)
	s.noError(err, err2, err3)
	for _, versions := range [][]api.Version{ofConnector, ofToken, ofSecret} {
		if len(versions) != 1 || versions[0].Version != 1 || versions[0].State != "revoked" {
			t.Errorf("versions: %v", versions)
		}
	}
}

func TestRotationAtThePlatform(t *testing.T) {
	s := newScene(t)
	ctx, c := t.Context(), s.deployer
	asRead := client.Write{IfMatch: s.token.Etag}
	token, err := c.ScopedTokens().Step(ctx, s.token.ID, api.StepBegin, api.StepRequest{}, asRead)
	signing, err2 := c.SigningSecrets().Step(ctx, s.signing.ID, api.StepBegin, api.StepRequest{}, anyState)
	s.noError(err, err2)
	if token.Version != 2 || signing.Version != 2 {
		t.Errorf("versions %d and %d", token.Version, signing.Version)
	}
	// A runtime principal may not read what it acknowledges.
	s.noError(s.runtime.ScopedTokens().Acknowledge(ctx, s.token.ID, 2, anyState),
		c.ScopedTokens().Acknowledge(ctx, s.token.ID, 2, anyState),
		s.runtime.SigningSecrets().Acknowledge(ctx, s.signing.ID, 2, anyState))
	token, err = c.ScopedTokens().Get(ctx, s.token.ID)
	signing, err2 = c.SigningSecrets().Get(ctx, s.signing.ID)
	s.noError(err, err2)
	if !token.Rotation.Acknowledged || !signing.Rotation.Acknowledged {
		t.Error("not acknowledged")
	}
	revealed, err := c.SigningSecrets().Reveal(ctx, s.signing.ID, 2)
	s.noError(err)
	if revealed.Version != 2 || revealed.Value.IsEmpty() {
		t.Errorf("revealed %v", revealed)
	}
}

func TestWebhooksAtThePlatform(t *testing.T) {
	s := newScene(t)
	ctx, endpoints := t.Context(), s.deployer.WebhookEndpoints()
	once := client.Write{IdempotencyKey: "once"}
	in := api.TestEventRequest{Type: "message.delivered", Data: json.RawMessage(`{"n":1}`)}
	first, err := endpoints.SendTestEvent(ctx, s.endpoint.ID, in, once)
	again, err2 := endpoints.SendTestEvent(ctx, s.endpoint.ID, in, once)
	s.noError(err, err2)
	s.platform.Deliver()
	deliveries, err := endpoints.Deliveries(ctx, s.endpoint.ID)
	s.noError(err)
	if first.ID != again.ID || len(deliveries) != 1 || deliveries[0].ID != first.ID ||
		deliveries[0].State != api.DeliveryDelivered {
		t.Errorf("events %s and %s, deliveries %v", first.ID, again.ID, deliveries)
	}
	probes, err := endpoints.Probe(ctx, s.endpoint.ID)
	s.noError(err)
	if len(probes.Probes) != 0 {
		t.Errorf("probes without a pending version: %v", probes)
	}
	_, err = s.deployer.SigningSecrets().Step(ctx, s.signing.ID, api.StepBegin, api.StepRequest{}, anyState)
	s.noError(err)
	probes, err = endpoints.Probe(ctx, s.endpoint.ID)
	s.noError(err)
	if len(probes.Probes) != 1 || probes.Probes[0].Result != api.ProbeNotEnforced {
		t.Errorf("probes: %v", probes)
	}
	if probes, err = s.runtime.WebhookEndpoints().Probe(ctx, s.endpoint.ID); err != nil || probes != nil {
		t.Errorf("a runtime principal gets %v, %v", probes, err)
	}
}

func TestValuesAtThePlatform(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	who, err := s.runtime.Identity(ctx)
	revealed, err2 := s.deployer.ScopedTokens().Reveal(ctx, s.token.ID, 1)
	s.noError(err, err2)
	if who.Role != api.RoleRuntime || who.Tenant != acctest.Tenant {
		t.Errorf("identity: %v", who)
	}
	needed := client.Presented{From: "192.0.2.7", For: []string{"messages:send", "users:read"}}
	active, err := s.runtime.Introspect(ctx, revealed.Value, needed)
	s.noError(err)
	versions, err := s.deployer.ScopedTokens().Versions(ctx, s.token.ID)
	s.noError(err)
	if u := versions[0].Uses; u.Count != 1 || len(u.Networks) != 1 || len(u.Scopes) != 2 || u.Consumers[0].Actor == "" {
		t.Errorf("the use is recorded as %+v", u)
	}
	if !active.Active || active.Subject != s.token.ID || active.Version != 1 {
		t.Errorf("introspection: %v", active)
	}
	_, err = s.runtime.Introspect(ctx, revealed.Value, client.Presented{From: "nowhere"})
	if e := (*client.Error)(nil); !errors.As(err, &e) || e.Field != "/remote_addr" {
		t.Errorf("an address that is none: %v", err)
	}
	if _, err := s.runtime.RevokeValue(ctx, revealed.Value); !client.HasCode(err, api.CodeForbidden) {
		t.Errorf("a runtime principal revokes: %v", err)
	}
	what, err := s.deployer.Identify(ctx, revealed.Value)
	s.noError(err)
	if !what.Found || what.Kind != api.KindScopedTokens || what.ID != s.token.ID || what.State != "current" {
		t.Errorf("identification: %+v", what)
	}
	said, err := s.deployer.RevokeValue(ctx, revealed.Value)
	s.noError(err)
	if !said.Revoked || said.Kind != api.ScopedTokens.Path || said.ID != s.token.ID || said.Version != 1 {
		t.Errorf("revocation: %+v", said)
	}
	said, err = s.deployer.RevokeValue(ctx, revealed.Value)
	s.noError(err)
	if said.Revoked || said.Reason != api.RevocationAlreadyEnded {
		t.Errorf("once more: %+v", said)
	}
	active, err = s.runtime.Introspect(ctx, revealed.Value, client.Presented{})
	s.noError(err)
	if active.Active {
		t.Error("a revoked value is accepted")
	}
}
