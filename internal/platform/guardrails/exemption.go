package guardrails

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Actions of the audit about exemptions.
const (
	actionUse = "use_exemption"
	actionEnd = "end_exemption"
)

// Exemption reads an exemption for a decision. It returns store.ErrNotFound for none.
func Exemption(ctx context.Context, tx *txn.Tx, id string) (*store.GuardrailExemption, error) {
	e, err := tx.GuardrailExemption(ctx, tx.Scope, id)
	if err != nil {
		return nil, err
	}
	return e, checkExemption(ctx, tx, e)
}

func checkExemption(ctx context.Context, tx *txn.Tx, e *store.GuardrailExemption) error {
	bound, err := tx.Keys.Rows().Exemption(e)
	return tx.CheckBound(ctx, bound, err)
}

// BindExemption binds what an exemption that was just written is for.
func BindExemption(ctx context.Context, tx *txn.Tx, e *store.GuardrailExemption) error {
	bound, err := tx.Keys.Rows().Exemption(e)
	return tx.Bind(ctx, bound, err)
}

// SaveExemption stores a changed exemption, and binds it.
func SaveExemption(ctx context.Context, tx *txn.Tx, e *store.GuardrailExemption) error {
	if err := tx.UpdateGuardrailExemption(ctx, e); err != nil {
		return err
	}
	return BindExemption(ctx, tx, e)
}

// Recorded is what the audit says of an exemption.
func Recorded(e *store.GuardrailExemption) map[string]string {
	return map[string]string{
		"kind": e.Kind, "name": e.Name, "rule": e.Rule, "reason": e.Reason, "expires_at": e.ExpiresAt,
	}
}

// exemptionsOf reads the exemptions of an object by each of its names.
func exemptionsOf(
	ctx context.Context, tx *txn.Tx, kind string, names ...string,
) (out []guardrail.Exemption, err error) {
	for i, name := range names {
		if i > 0 && name == names[0] {
			continue
		}
		found, err := tx.GuardrailExemptionsOf(ctx, tx.Scope, kind, name)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			if err := checkExemption(ctx, tx, e); err != nil {
				return nil, err
			}
			out = append(out, plain(e))
		}
	}
	return out, nil
}

func plain(e *store.GuardrailExemption) guardrail.Exemption {
	return guardrail.Exemption{
		ID: e.ID, Kind: e.Kind, ObjectName: e.Name, Rule: e.Rule, Reason: e.Reason, ExpiresAt: e.Expires,
	}
}

// Exemptions reads the exemptions of the environment that hold.
func Exemptions(ctx context.Context, tx *txn.Tx) (out []*store.GuardrailExemption, err error) {
	for after := ""; ; {
		page, err := tx.GuardrailExemptions(ctx, tx.Scope, store.List{After: after, Limit: api.PageSize})
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			after = e.ID
			if tx.Now.Before(e.Expires) {
				if err := checkExemption(ctx, tx, e); err != nil {
					return nil, err
				}
				out = append(out, e)
			}
		}
		if len(page) < api.PageSize {
			return out, nil
		}
	}
}

// Held is Exemptions as the rules see them.
func Held(ctx context.Context, tx *txn.Tx) (out []guardrail.Exemption, err error) {
	found, err := Exemptions(ctx, tx)
	for _, e := range found {
		out = append(out, plain(e))
	}
	return out, err
}

// endBatch is how many exemptions one transaction ends.
const endBatch = 100

// End notes in the audit trail which exemptions have expired. Each check decides by the time itself.
func End(ctx context.Context, runner *txn.Runner) error {
	for {
		n := 0
		err := runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
			if tx.Paused {
				return nil
			}
			expired, err := tx.GuardrailExemptionsExpired(ctx, tx.Now, endBatch)
			n = len(expired)
			if err != nil {
				return err
			}
			for _, e := range expired {
				if err := end(ctx, tx.As(txn.Caller{Scope: e.Scope, Actor: rotation.ActorPlatform}), e, tx.Now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < endBatch {
			return err
		}
	}
}

func end(ctx context.Context, tx *txn.Tx, e *store.GuardrailExemption, now time.Time) error {
	e.EndedAt = now
	if err := tx.UpdateGuardrailExemption(ctx, e); err != nil {
		return err
	}
	return tx.Audit(ctx, actionEnd, api.GuardrailExemptions.Path, e.ID, Recorded(e))
}
