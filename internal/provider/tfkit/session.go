// Package tfkit is what all resources share: access to the platform, errors as diagnostics, common attributes.
package tfkit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/run"
)

// Session is what the provider's Configure hands to every resource, data source and ephemeral resource.
type Session struct {
	client   *client.Client
	identity api.Identity
	unknown  string
	keys     []comparisonKey
	run      *run.Run // of what this provider creates; nil where it cannot call
	accepted string   // the platform that accept_platform_id names
	named    string   // the workload identity, as the configuration names it; empty for a token
	unseen   sync.Once

	allowed allowedScopes
	guard   guardrails

	told, read atomic.Bool // that nothing can be sent: to anybody, and to the Read of a managed object
}

// NewSession returns a session with the platform as the principal of identity.
func NewSession(c *client.Client, identity api.Identity) (*Session, error) {
	s := &Session{client: c, identity: identity}
	if c != nil {
		s.client = c.For(identity)
		s.run = run.New(c.Runs())
	}
	for _, k := range identity.ComparisonKeys {
		key, err := base64.StdEncoding.DecodeString(exposedKey(k))
		if err != nil || len(key) < 16 {
			return nil, errors.New("a comparison key of the platform cannot be read: check that provider and platform " +
				"fit together")
		}
		s.keys = append(s.keys, comparisonKey{k.Number, key})
	}
	return s, nil
}

// NotConfigured returns a session that can send nothing, because an attribute of the provider is unknown.
func NotConfigured(attribute string) *Session { return &Session{unknown: attribute} }

// ActAs notes how the configuration names the workload identity that the provider acts as.
func (s *Session) ActAs(named string) { s.named = named }

// ActsAs reports whether the provider acts as the workload identity with an id, and whether the configuration names it
// by its name.
func (s *Session) ActsAs(id string) (yes, byName bool) {
	identity, ok := s.Identity()
	yes = ok && id != "" && id == identity.PrincipalID
	return yes, yes && s.named != id
}

// Interrupt says that the user has interrupted Terraform.
func (s *Session) Interrupt() {
	if s.run != nil {
		s.run.Interrupt()
	}
}

// Close says that Terraform has closed the provider.
func (s *Session) Close(ctx context.Context) {
	if s.run != nil {
		s.run.Close(ctx)
		s.client.Flush(ctx)
	}
}

// Identity is the principal that the provider calls as; ok is false where it cannot call.
func (s *Session) Identity() (identity api.Identity, ok bool) {
	if s == nil || s.client == nil {
		return api.Identity{}, false
	}
	return s.identity, true
}

// access is the part that the bases share.
type access struct{ session *Session }

func (a *access) take(data any, diags *diag.Diagnostics) {
	if data == nil {
		return // validation: the provider is not configured yet
	}
	p, ok := data.(*Session)
	if !ok {
		diags.AddError("Error in the provider", fmt.Sprintf("Configure handed over a %T. Please report this.", data))
		return
	}
	a.session = p
}

// Session is nil during validation.
func (a *access) Session() *Session { return a.session }

// Client returns the client for a request about no object of the state; nil, with an error, where there is none.
func (a *access) Client(diags *diag.Diagnostics) *client.Client {
	switch {
	case a.session == nil:
		diags.AddError("Provider not configured", "The provider was used before it was configured. "+
			"Please report this.")
		return nil
	case a.session.client == nil:
		diags.AddError("Provider not configured yet", a.session.cannotCall())
		return nil
	}
	return a.session.client
}

// cannotCall says why nothing can be sent, and the first time what to do about it.
func (s *Session) cannotCall() string {
	why := fmt.Sprintf("The provider cannot call the platform, because its attribute %s is unknown until something "+
		"else is applied. ", s.unknown)
	if s.told.Swap(true) {
		return why + "The first error of this kind in this run says what to do."
	}
	return why + fmt.Sprintf("New objects can be planned meanwhile; to read what exists needs a call. Apply first what "+
		"%s depends on (terraform apply -target=…), or set it to a value that is known.", s.unknown)
}

// ClientFor returns the client for a request about an object of the state. An object of another environment, or of
// another platform, is an error, never "gone": elsewhere the answer is 404 to everything.
func (a *access) ClientFor(
	ctx context.Context, private PrivateReader, tenant, environment types.String, diags *diag.Diagnostics,
) *client.Client {
	c := a.Client(diags)
	if c == nil {
		return nil
	}
	if !a.belongs(tenant, environment, diags) || !a.isHome(ctx, private, diags) {
		return nil
	}
	return c
}

// BelongsHere reports whether a prior state belongs to the platform and to the configured tenant and environment, and
// adds an error if not. No state is fine. A plan without a refresh reads nothing, so ModifyPlan has to ask.
func (a *access) BelongsHere(
	ctx context.Context, private PrivateReader, state tfsdk.State, diags *diag.Diagnostics,
) bool {
	if state.Raw.IsNull() {
		return true
	}
	var tenant, environment types.String
	diags.Append(state.GetAttribute(ctx, path.Root("tenant"), &tenant)...)
	diags.Append(state.GetAttribute(ctx, path.Root("environment"), &environment)...)
	return !diags.HasError() && a.belongs(tenant, environment, diags) && a.isHome(ctx, private, diags)
}

func (a *access) belongs(tenant, environment types.String, diags *diag.Diagnostics) bool {
	if _, ok := a.session.Identity(); !ok || tenant.IsNull() || tenant.IsUnknown() || environment.IsNull() ||
		environment.IsUnknown() {
		return true // not configured yet, or an import: the state has only an id
	}
	return a.isEnvironment("state", " (backend, workspace)", tenant.ValueString(), environment.ValueString(), diags)
}

// isEnvironment reports whether the provider is configured for a tenant and an environment, and adds an error if not.
// source, such as the state, says that an object belongs there; where tells how to find another one.
func (a *access) isEnvironment(source, where, tenant, environment string, diags *diag.Diagnostics) bool {
	here, _ := a.session.Identity()
	if tenant == here.Tenant && environment == here.Environment {
		return true
	}
	diags.AddAttributeError(path.Root("environment"), "Object of another environment", fmt.Sprintf(
		"The %[1]s says that this object belongs to tenant %[3]q, environment %[4]q; the provider is configured for "+
			"tenant %[5]q, environment %[6]q. "+
			"No request about it was sent, and nothing was changed. Use the %[1]s%[2]s that belongs "+
			"to the configured environment, or the provider configuration that belongs to the %[1]s.",
		source, where, tenant, environment, here.Tenant, here.Environment))
	return false
}

// PlanHome makes tenant and environment of a creation known, wherever the provider is configured.
func (a *access) PlanHome(ctx context.Context, plan *tfsdk.Plan, diags *diag.Diagnostics) {
	here, ok := a.session.Identity()
	if !ok || plan.Raw.IsNull() {
		return
	}
	diags.Append(plan.SetAttribute(ctx, path.Root("tenant"), here.Tenant)...)
	diags.Append(plan.SetAttribute(ctx, path.Root("environment"), here.Environment)...)
}
