package governance

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

type checkInput struct{ Body api.EnvironmentRules }

// check finds what is stored and breaks rules.
func (h *Handler) check(ctx context.Context, in *checkInput) (*httpapi.Answer, error) {
	if err := checkRules(in.Body); err != nil {
		return nil, err
	}
	out := api.GuardrailCheck{Violations: []api.Violation{}}
	err := h.runner.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		out = api.GuardrailCheck{Violations: []api.Violation{}}
		exemptions, err := guardrails.Held(ctx, tx)
		if err != nil {
			return err
		}
		return eachSubject(ctx, tx, func(id string, s guardrail.Subject) {
			for _, v := range guardrail.Find(in.Body, exemptions, nil, s, tx.Now) {
				if v.Exemption != nil {
					continue
				}
				out.Count++
				if len(out.Violations) < api.MaxViolationsShown {
					out.Violations = append(out.Violations, api.Violation{
						Kind: s.Kind, ID: id, Name: s.Name, Rule: v.Rule, Field: v.Field, Detail: v.Detail,
					})
				}
			}
		})
	})
	return httpapi.Body(out), err
}

// eachSubject reads every object of the environment that the rules look at.
func eachSubject(ctx context.Context, tx *txn.Tx, do func(id string, s guardrail.Subject)) error {
	for _, kind := range []func(context.Context, *txn.Tx, func(string, guardrail.Subject)) error{
		eachConnector, eachToken, eachEndpoint, eachSigningSecret, eachRotationPolicy, eachWorkloadIdentity, eachPrincipal,
	} {
		if err := kind(ctx, tx, do); err != nil {
			return err
		}
	}
	return nil
}

// pages reads a list page by page.
func pages[T any](
	ctx context.Context, tx *txn.Tx, read func(context.Context, store.Scope, store.List) ([]T, error),
	do func(T) (id string, err error),
) error {
	for after := ""; ; {
		page, err := read(ctx, tx.Scope, store.List{After: after, Limit: api.PageSize})
		if err != nil {
			return err
		}
		for _, o := range page {
			if after, err = do(o); err != nil {
				return err
			}
		}
		if len(page) < api.PageSize {
			return nil
		}
	}
}

func eachConnector(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.Connectors, func(c *store.Connector) (string, error) {
		policy, err := credentials.Policy(ctx, tx, c.RotationPolicyID)
		do(c.ID, guardrails.Connector(c, policy))
		return c.ID, err
	})
}

func eachToken(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.ScopedTokens, func(t *store.ScopedToken) (string, error) {
		policy, err := credentials.Policy(ctx, tx, t.RotationPolicyID)
		do(t.ID, guardrails.Token(t, policy, t.Credential.ExpiresAt))
		return t.ID, err
	})
}

func eachEndpoint(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.WebhookEndpoints, func(e *store.WebhookEndpoint) (string, error) {
		do(e.ID, guardrails.Endpoint(e))
		return e.ID, nil
	})
}

func eachSigningSecret(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.SigningSecrets, func(s *store.SigningSecret) (string, error) {
		policy, err := credentials.Policy(ctx, tx, s.RotationPolicyID)
		do(s.ID, guardrails.SigningSecret(s, policy))
		return s.ID, err
	})
}

func eachRotationPolicy(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.RotationPolicies, func(p *store.RotationPolicy) (string, error) {
		do(p.ID, guardrails.RotationPolicy(p))
		return p.ID, nil
	})
}

func eachWorkloadIdentity(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.WorkloadIdentities, func(w *store.WorkloadIdentity) (string, error) {
		do(w.ID, guardrails.WorkloadIdentity(w))
		return w.ID, nil
	})
}

// eachPrincipal reads those whose tokens are accepted.
func eachPrincipal(ctx context.Context, tx *txn.Tx, do func(string, guardrail.Subject)) error {
	return pages(ctx, tx, tx.Principals, func(p *store.Principal) (string, error) {
		if p.LiveAt(tx.Now) {
			do(p.ID, guardrail.Subject{Kind: api.KindPrincipals, Name: p.Name, Role: p.Role})
		}
		return p.ID, nil
	})
}
