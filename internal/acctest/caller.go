package acctest

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Caller is someone who uses the platform's API by hand: what happens outside Terraform. Its calls go round the faults
// and the log.
type Caller struct {
	t     testing.TB
	p     *Platform
	token string
}

// Client returns the client of the API that this caller has. Its requests go round the faults and the log, too.
func (c *Caller) Client() *client.Client {
	c.t.Helper()
	return c.p.clients.of(c.t, c.p.direct, c.token)
}

// clients are the clients of one platform, by token. Each has connections of its own, so it is made once.
type clients struct{ made sync.Map }

func (all *clients) of(tb testing.TB, endpoint, token string) *client.Client {
	tb.Helper()
	if made, ok := all.made.Load(token); ok {
		known, _ := made.(*client.Client)
		return known
	}
	made, err := client.New(client.Config{Endpoint: endpoint, Token: secret.New(token)})
	if err != nil {
		tb.Fatal(err)
	}
	all.made.Store(token, made)
	return made
}

// must returns what a method of the client returned, and fails the test if that was an error.
func must[T any](c *Caller, v T, err error) T {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// Identity returns who the caller is.
func (c *Caller) Identity() api.Identity {
	c.t.Helper()
	who, err := c.Client().Identity(c.context())
	return *must(c, who, err)
}

// ScopedToken returns the scoped token of this name, which must exist.
func (c *Caller) ScopedToken(name string) api.ScopedToken {
	c.t.Helper()
	found, err := c.Client().ScopedTokens().ByName(c.context(), name)
	return *must(c, found, err)
}

// WebhookEndpoint returns the webhook endpoint of this name, which must exist.
func (c *Caller) WebhookEndpoint(name string) api.WebhookEndpoint {
	c.t.Helper()
	found, err := c.Client().WebhookEndpoints().ByName(c.context(), name)
	return *must(c, found, err)
}

// SigningSecret returns the signing secret of this name, which must exist.
func (c *Caller) SigningSecret(name string) api.SigningSecret {
	c.t.Helper()
	found, err := c.Client().SigningSecrets().ByName(c.context(), name)
	return *must(c, found, err)
}

// Connector returns the connector of this name, which must exist.
func (c *Caller) Connector(name string) api.Connector {
	c.t.Helper()
	found, err := c.Client().Connectors().ByName(c.context(), name)
	return *must(c, found, err)
}

// RotationPolicy returns the rotation policy of this name, which must exist.
func (c *Caller) RotationPolicy(name string) api.RotationPolicy {
	c.t.Helper()
	found, err := c.Client().RotationPolicies().ByName(c.context(), name)
	return *must(c, found, err)
}

// SendTestEvent queues an event to the webhook endpoint of this name, and returns its id.
func (c *Caller) SendTestEvent(endpoint, eventType string) string {
	c.t.Helper()
	in := api.TestEventRequest{Type: eventType, Data: json.RawMessage(`{"n":1}`)}
	queued, err := c.Client().WebhookEndpoints().SendTestEvent(c.context(), c.WebhookEndpoint(endpoint).ID, in,
		client.Write{})
	return must(c, queued, err).ID
}

// Deliveries returns the deliveries to the webhook endpoint of this name, the newest first.
func (c *Caller) Deliveries(endpoint string) []api.Delivery {
	c.t.Helper()
	all, err := c.Client().WebhookEndpoints().Deliveries(c.context(), c.WebhookEndpoint(endpoint).ID)
	return must(c, all, err)
}

// Versions returns the metadata of every version of the scoped token of this name.
func (c *Caller) Versions(name string) []api.Version {
	c.t.Helper()
	all, err := c.Client().ScopedTokens().Versions(c.context(), c.ScopedToken(name).ID)
	return must(c, all, err)
}

// Introspect asks whether a token's value is accepted. Asked by a runtime principal, it is a use.
func (c *Caller) Introspect(value string) api.Introspection {
	c.t.Helper()
	answer, err := c.Client().Introspect(c.context(), secret.New(value), client.Presented{})
	return *must(c, answer, err)
}

// Reveal returns the value of a valid version of the scoped token of this name.
func (c *Caller) Reveal(name string, version int64) string {
	c.t.Helper()
	return c.RevealOf(api.KindScopedTokens, name, version)
}

// RevealOf returns the value of a valid version of the scoped token or signing secret of this name.
func (c *Caller) RevealOf(kind, name string, version int64) string {
	c.t.Helper()
	if kind == api.KindSigningSecrets {
		revealed, err := c.Client().SigningSecrets().Reveal(c.context(), c.SigningSecret(name).ID, version)
		return must(c, revealed, err).Value.Expose()
	}
	revealed, err := c.Client().ScopedTokens().Reveal(c.context(), c.ScopedToken(name).ID, version)
	return must(c, revealed, err).Value.Expose()
}

// context is the test's, also while the test is being cleaned up.
func (c *Caller) context() context.Context { return context.WithoutCancel(c.t.Context()) }
