package acctest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Consenter is a person who may consent in staging.
type Consenter struct {
	p       *Platform
	session *store.Session
}

// Consenter makes the person, and the issuer corp where it is missing. It may be called once for each platform.
func (p *Platform) Consenter() *Consenter {
	p.t.Helper()
	const address = "ada@example.com"
	known, err := people.ListIssuers(p.t.Context(), p.store, p.keys, p.Clock, Tenant)
	if err == nil && len(known) == 0 {
		_, err = people.AddIssuer(p.t.Context(), p.store, p.keys, p.Clock, people.NewIssuer{
			Tenant: Tenant, Name: "corp", URL: "https://id.example.com", ClientID: "console",
			GroupsClaim: people.DefaultGroupsClaim,
		})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.As(api.RoleSecurity).Create("role-bindings", map[string]any{
		"issuer": "corp", "email": address, "role": api.RoleConsenter,
	}).Want(http.StatusCreated)
	return &Consenter{p, SignIn(p.t, p.store, p.keys, p.Clock, people.Said{
		Subject: "ada", Name: address, Email: address, EmailVerified: true,
	})}
}

// Grants asks for a consent for connectors of type custom, grants all of it, and returns its id.
func (c *Consenter) Grants(scopes ...string) string {
	c.p.t.Helper()
	var asked api.Consent
	c.p.As(api.RoleDeployer).Create(api.Consents.Path, map[string]any{
		"connector_type": "custom", "scopes": scopes, "purpose": "Send reminders to patients.",
	}).Want(http.StatusCreated).Decode(&asked)
	c.asks(asked.ID, "decide", api.ConsentDecision{Decision: api.DecisionGrant, Scopes: scopes})
	return asked.ID
}

// Revokes ends a consent.
func (c *Consenter) Revokes(id string) {
	c.p.t.Helper()
	c.asks(id, "revoke", nil)
}

// asks sends a request as the console does for a person.
func (c *Consenter) asks(id, action string, body any) {
	c.p.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		c.p.t.Fatal(err)
	}
	ctx := access.WithPerson(c.p.t.Context(), &access.Person{Session: c.session, Environment: Environment})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, api.Consents.Route(id, action), bytes.NewReader(data))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	c.p.served.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		c.p.t.Fatalf("%s of the consent %s: %d %s", action, id, answer.Code, answer.Body)
	}
}
