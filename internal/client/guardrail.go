package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// EnvironmentPolicies has the operations on the policy of the environment.
type EnvironmentPolicies struct{ client *Client }

// EnvironmentPolicies returns the operations on the policy of the environment.
func (c *Client) EnvironmentPolicies() EnvironmentPolicies { return EnvironmentPolicies{c} }

const thePolicy = "the environment policy"

// InForce reads the rules that hold in the environment, and the exemptions from them.
func (p EnvironmentPolicies) InForce(ctx context.Context) (*api.Guardrails, error) {
	r := &request{
		method: http.MethodGet, route: "/v1/environment-policy", op: "read", object: "the guardrails of the environment",
		permission: api.PermissionRead,
	}
	out := &api.Guardrails{}
	return out, p.client.do(ctx, r, out)
}

// Check finds the objects of the environment that rules would refuse.
func (p EnvironmentPolicies) Check(ctx context.Context, rules api.EnvironmentRules) (*api.GuardrailCheck, error) {
	r := &request{
		method: http.MethodPost, route: "/v1/environment-policy/check", op: "check", object: thePolicy,
		permission: api.PermissionRead, body: rules, keeps: true,
	}
	out := &api.GuardrailCheck{}
	return out, p.client.do(ctx, r, out)
}

// CheckValue asks whether forbid_secret_reuse would refuse a value of an object. The id is empty for one that is not
// made yet.
func (p EnvironmentPolicies) CheckValue(ctx context.Context, id string, value secret.Value) (*api.ValueCheck, error) {
	r := &request{
		method: http.MethodPost, route: "/v1/environment-policy/check-value", op: "check", object: "a supplied value",
		permission: api.PermissionReveal, body: api.ValueCheckRequest{ID: id, Value: value}, keeps: true,
	}
	var out struct {
		Refused *bool `json:"refused"` // shadows the embedded one: a response without it says nothing
		api.ValueCheck
	}
	if err := p.client.do(ctx, r, &out); err != nil {
		return nil, err
	}
	if out.Refused == nil || *out.Refused != (out.UsedBy != "") {
		return nil, r.notTheAPI()
	}
	out.ValueCheck.Refused = *out.Refused
	return &out.ValueCheck, nil
}

// Create writes the policy of the environment, which has one at most.
func (p EnvironmentPolicies) Create(ctx context.Context, rules api.EnvironmentRules) (*api.EnvironmentPolicy, error) {
	r := creation(api.EnvironmentPolicies, naming{}, rules)
	r.object = thePolicy
	return fetch[api.EnvironmentPolicy](ctx, p.client, r)
}

// Get reads the policy by its id.
func (p EnvironmentPolicies) Get(ctx context.Context, id string) (*api.EnvironmentPolicy, error) {
	return get[api.EnvironmentPolicy](ctx, p.client, api.EnvironmentPolicies, id)
}

// ByName reads the policy by the name of its environment.
func (p EnvironmentPolicies) ByName(ctx context.Context, environment string) (*api.EnvironmentPolicy, error) {
	return byName[api.EnvironmentPolicy](ctx, p.client, api.EnvironmentPolicies, environment)
}

// Replace replaces every rule of the policy.
func (p EnvironmentPolicies) Replace(
	ctx context.Context, id string, rules api.EnvironmentRules, w Write,
) (*api.EnvironmentPolicy, error) {
	r, err := below(api.EnvironmentPolicies, id, http.MethodPut, "change", api.PermissionGovern)
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes = rules, w, true
	return fetch[api.EnvironmentPolicy](ctx, p.client, r)
}

// Delete returns the environment to its defaults.
func (p EnvironmentPolicies) Delete(ctx context.Context, id string) error {
	return remove(ctx, p.client, api.EnvironmentPolicies, id)
}

// GuardrailExemptions has the operations on exemptions from the rules of the environment.
type GuardrailExemptions struct{ client *Client }

// GuardrailExemptions returns the operations on exemptions from the rules of the environment.
func (c *Client) GuardrailExemptions() GuardrailExemptions { return GuardrailExemptions{c} }

// Create creates an exemption.
func (e GuardrailExemptions) Create(
	ctx context.Context, in api.GuardrailExemptionCreate,
) (*api.GuardrailExemption, error) {
	r := creation(api.GuardrailExemptions, naming{name: in.Name}, in)
	return fetch[api.GuardrailExemption](ctx, e.client, r)
}

// Get reads an exemption.
func (e GuardrailExemptions) Get(ctx context.Context, id string) (*api.GuardrailExemption, error) {
	return get[api.GuardrailExemption](ctx, e.client, api.GuardrailExemptions, id)
}

// ByName reads the exemption of the object of a name. Where there are several, it takes an id.
func (e GuardrailExemptions) ByName(ctx context.Context, object string) (*api.GuardrailExemption, error) {
	all, err := list[api.GuardrailExemption](ctx, e.client, api.GuardrailExemptions, Filter{})
	if err != nil {
		return nil, err
	}
	var found []api.GuardrailExemption
	for _, x := range all {
		if x.Name == object {
			found = append(found, x)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("there is no exemption for an object %q", object)
	case 1:
		return &found[0], nil
	}
	return nil, fmt.Errorf(
		"%d exemptions are for objects %q: use the id of one, such as %s",
		len(found),
		object,
		found[0].ID,
	)
}

// Patch changes the reason or the end of an exemption.
func (e GuardrailExemptions) Patch(
	ctx context.Context, id string, in api.GuardrailExemptionPatch, w Write,
) (*api.GuardrailExemption, error) {
	r, err := below(api.GuardrailExemptions, id, http.MethodPatch, "change", api.PermissionExempt)
	if err != nil {
		return nil, err
	}
	r.body, r.write, r.changes = in, w, true
	return fetch[api.GuardrailExemption](ctx, e.client, r)
}

// Delete ends an exemption at once.
func (e GuardrailExemptions) Delete(ctx context.Context, id string) error {
	return remove(ctx, e.client, api.GuardrailExemptions, id)
}
