package access

import (
	"slices"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// TestRolesOf: a binding counts for the people of its own issuer and tenant, and an address only where it is verified.
func TestRolesOf(t *testing.T) {
	here := store.Scope{Tenant: "acme", Environment: "staging"}
	binding := func(scope store.Scope, issuer, attribute, value, role string) *store.RoleBinding {
		return &store.RoleBinding{
			Object: store.Object{Scope: scope}, IssuerID: issuer, Attribute: attribute, Value: value, Role: role,
		}
	}
	bindings := []*store.RoleBinding{
		binding(here, "iss_1", api.AttributeGroup, "team", api.RoleSecurity),
		binding(here, "iss_1", api.AttributeEmail, "jo@example.com", api.RoleOperator),
		binding(here, "iss_1", api.AttributeGroup, "jo@example.com", api.RoleApprover),
		binding(here, "iss_2", api.AttributeGroup, "team", api.RoleDeployer),
		binding(store.Scope{Tenant: "globex", Environment: "staging"}, "iss_1", api.AttributeGroup, "team", api.RoleAuditor),
		binding(store.Scope{Tenant: "acme", Environment: "production"}, "iss_1", api.AttributeGroup, "team", api.RoleAuditor),
	}
	for name, c := range map[string]struct {
		person store.Person
		want   []string
	}{
		"of the group": {store.Person{Groups: []string{"team"}}, []string{api.RoleSecurity}},
		"with the address": {
			store.Person{Email: "jo@example.com", EmailVerified: true, Groups: []string{"team"}},
			[]string{api.RoleOperator, api.RoleSecurity},
		},
		"with an address that is not verified": {store.Person{Email: "jo@example.com"}, nil},
		"of another issuer": {
			store.Person{IssuerID: "iss_3", Email: "jo@example.com", EmailVerified: true, Groups: []string{"team"}}, nil,
		},
		"of another tenant": {store.Person{Tenant: "other", Groups: []string{"team"}}, nil},
		"who is gone":       {store.Person{Groups: []string{"team"}, GoneAt: time.Unix(1, 0)}, nil},
		"without anything":  {store.Person{}, nil},
	} {
		p := c.person
		if p.Tenant == "" {
			p.Tenant = "acme"
		}
		if p.IssuerID == "" {
			p.IssuerID = "iss_1"
		}
		if got := RolesOf(&p, bindings, "staging"); !slices.Equal(got, c.want) {
			t.Errorf("a person %s has %q, want %q", name, got, c.want)
		}
	}
}
