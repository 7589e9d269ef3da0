// Package governance has the routes about the rules of an environment: its policy, what breaks a policy, and the scope
// catalogue. Refusing writes by the rules is for package guardrails.
package governance

import (
	"context"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/environment-policies, /v1/environment-policy, /v1/guardrail-exemptions and /v1/scopes.
type Handler struct {
	runner  *txn.Runner
	changes *httpapi.Changes
}

// New returns a handler.
func New(runner *txn.Runner, changes *httpapi.Changes) *Handler { return &Handler{runner, changes} }

const inForcePath = "/v1/environment-policy"

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	kind := api.EnvironmentPolicies
	h.changes.Shows(kind.IDPrefix, func(ctx context.Context, tx *txn.Tx, id string) (any, error) {
		p, err := load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		return flatten(p), nil
	})
	r.Tag(kind.Tag, "The rules that writes in an environment are checked by.")
	one := kind.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createEnvironmentPolicy", Method: http.MethodPost, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionGovern, Returns: api.EnvironmentPolicy{}, Status: http.StatusCreated,
		Summary: "Create the environment policy",
		Description: "Writes the policy of the environment, which has one at most. What exists is not changed by it, and " +
			"stays usable; a change of it is checked for what it changes.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listEnvironmentPolicies", Method: http.MethodGet, Path: kind.Route(), Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.EnvironmentPolicy]{}, Summary: "List environment policies",
		Description: "Lists the policy of the environment; nothing where none is written. name is that of the environment.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getEnvironmentPolicy", Method: http.MethodGet, Path: one, Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.EnvironmentPolicy{}, Summary: "Read the environment policy",
		Description: "Returns the policy by its id. A rule that is absent is off.",
	}, h.get)
	httpapi.Register(r, httpapi.Operation{
		ID: "replaceEnvironmentPolicy", Method: http.MethodPut, Path: one, Tag: kind.Tag,
		Permission: api.PermissionGovern, Returns: api.EnvironmentPolicy{}, Summary: "Replace the environment policy",
		Description: "Replaces every rule. A rule that is absent is off from then on.",
	}, h.replace)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteEnvironmentPolicy", Method: http.MethodDelete, Path: one, Tag: kind.Tag,
		Permission: api.PermissionGovern, Summary: "Delete the environment policy",
		Description: "Returns the environment to the rules that it began with: forbid_wildcard_scopes, or none where the " +
			"environment is older than environment policies.",
	}, h.delete)
	h.mountExemptions(r)
	mountScopes(r)
	httpapi.Register(r, httpapi.Operation{
		ID: "getGuardrails", Method: http.MethodGet, Path: inForcePath, Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.Guardrails{}, Summary: "Read the rules that hold",
		Description: "Returns the rules that writes in the environment are checked by now, whether or not a policy is " +
			"written, and the exemptions that hold.",
	}, h.inForce)
	httpapi.Register(r, httpapi.Operation{
		ID: "checkEnvironmentPolicy", Method: http.MethodPost, Path: inForcePath + "/check", Tag: kind.Tag,
		Permission: api.PermissionRead, Returns: api.GuardrailCheck{}, Summary: "Find what breaks rules",
		BeforeConfirmation: httpapi.Served,
		Description: "Returns the objects of the environment that a policy with these rules would refuse. Changes nothing. " +
			"Rules about supplied values are left out: the platform checks a value when it comes.",
	}, h.check)
	h.mountValues(r)
}

func (h *Handler) inForce(ctx context.Context, _ *struct{}) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		p, err := guardrails.Policy(ctx, tx)
		if err != nil {
			return err
		}
		exemptions, err := guardrails.Exemptions(ctx, tx)
		if err != nil {
			return err
		}
		found := api.Guardrails{
			EnvironmentPolicyID: httpapi.TextOrNull(p.ID), Rules: p.Rules, At: tx.Now.UTC(),
			Exemptions: []api.GuardrailExemption{},
		}
		for _, e := range exemptions {
			found.Exemptions = append(found.Exemptions, flattenExemption(tx, e))
		}
		out = httpapi.Body(found)
		return nil
	})
	return out, err
}
