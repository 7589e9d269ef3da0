package governance

import (
	"context"
	"errors"
	"reflect"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

type createInput struct {
	httpapi.Keyed
	Body api.EnvironmentRules
}

func (h *Handler) create(ctx context.Context, in *createInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		if err := checkRules(in.Body); err != nil {
			return nil, err
		}
		p, err := guardrails.Policy(ctx, tx)
		if err != nil {
			return nil, err
		}
		if p.ID != "" {
			return nil, problem.New(api.CodeConflict, "", "environment %s has an environment policy already, %s, and can have "+
				"one only; import it, or change it", tx.Scope.Environment, p.ID)
		}
		if p.ID, err = tx.NewID(api.EnvironmentPolicies.IDPrefix); err != nil {
			return nil, err
		}
		p.CreatedAt, p.Etag = tx.Now, 1
		if err := save(ctx, tx, p, in.Body); err != nil {
			return nil, err
		}
		shown := flatten(p)
		before := api.EnvironmentPolicy{EnvironmentRules: p.Defaults}
		err = tx.Audit(ctx, txn.ActionCreate, api.EnvironmentPolicies.Path, p.ID, httpapi.Differences(before, shown))
		return httpapi.Created(api.EnvironmentPolicies, &p.Object, shown), err
	})
}

func (h *Handler) list(ctx context.Context, in *httpapi.Listing) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		p, err := guardrails.Policy(ctx, tx)
		if err != nil {
			return err
		}
		found := api.Page[api.EnvironmentPolicy]{Items: []api.EnvironmentPolicy{}}
		if p.ID != "" && (in.Name == "" || in.Name == tx.Scope.Environment) {
			found.Items = append(found.Items, flatten(p))
		}
		out = httpapi.Body(found)
		return nil
	})
	return out, err
}

func (h *Handler) get(ctx context.Context, in *httpapi.ByID) (out *httpapi.Answer, err error) {
	err = h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		p, err := load(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out = httpapi.Object(&p.Object, flatten(p))
		return nil
	})
	return out, err
}

type replaceInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.EnvironmentRules
}

func (h *Handler) replace(ctx context.Context, in *replaceInput) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		if err := checkRules(in.Body); err != nil {
			return nil, err
		}
		p, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.EnvironmentPolicies, &p.Object, in.IfMatch); err != nil {
			return nil, err
		}
		before := flatten(p)
		if reflect.DeepEqual(p.Rules, in.Body) {
			return httpapi.Object(&p.Object, before), nil
		}
		p.Etag++
		if err := save(ctx, tx, p, in.Body); err != nil {
			return nil, err
		}
		after := flatten(p)
		err = tx.Audit(ctx, txn.ActionUpdate, api.EnvironmentPolicies.Path, p.ID, httpapi.Differences(before, after))
		return httpapi.Object(&p.Object, after), err
	})
}

func (h *Handler) delete(ctx context.Context, in *httpapi.ByIDConditional) (*httpapi.Answer, error) {
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		p, err := load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.EnvironmentPolicies, &p.Object, in.IfMatch); err != nil {
			return nil, err
		}
		id := p.ID
		p.Object = store.Object{Name: p.Name, Scope: p.Scope}
		if err := save(ctx, tx, p, p.Defaults); err != nil {
			return nil, err
		}
		return httpapi.NoContent(), tx.Audit(ctx, txn.ActionDelete, api.EnvironmentPolicies.Path, id, nil)
	})
}

// save stores a policy with its rules from now on. Where max_unused changes, every credential of the environment is
// looked at.
func save(ctx context.Context, tx *txn.Tx, p *store.EnvironmentPolicy, rules api.EnvironmentRules) error {
	was := p.Rules.MaxUnused
	p.Rules = rules
	if err := guardrails.Save(ctx, tx, p); err != nil || httpapi.ValueOr(was, "") == httpapi.ValueOr(rules.MaxUnused, "") {
		return err
	}
	return tx.NoticeEnvironment(ctx, tx.Scope)
}

// load reads the policy with an id.
func load(ctx context.Context, tx *txn.Tx, id string) (*store.EnvironmentPolicy, error) {
	p, err := guardrails.Policy(ctx, tx)
	if errors.Is(err, store.ErrNotFound) || err == nil && (p.ID == "" || p.ID != id) {
		return nil, httpapi.NotFound(api.EnvironmentPolicies, tx.Scope)
	}
	return p, err
}

func checkRules(r api.EnvironmentRules) error {
	if wrong := api.CheckRules(r); len(wrong) > 0 {
		return problem.Refused(problem.Pointer(wrong[0].Where), wrong[0].Err)
	}
	return nil
}

func flatten(p *store.EnvironmentPolicy) api.EnvironmentPolicy {
	o := httpapi.FlattenObject(&p.Object)
	return api.EnvironmentPolicy{
		ID: o.ID, Tenant: o.Tenant, Environment: o.Environment, CreatedAt: o.CreatedAt, Etag: o.Etag,
		EnvironmentRules: p.Rules,
	}
}
