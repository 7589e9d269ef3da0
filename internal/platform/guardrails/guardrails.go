// Package guardrails refuses writes that break the rules of their environment. Which write breaks which rule is for
// package internal/guardrail; this package reads what that decides by. Routes about rules are for package governance.
package guardrails

import (
	"context"
	"fmt"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Policy reads the policy of the caller's environment, or the defaults where none is written.
func Policy(ctx context.Context, tx *txn.Tx) (*store.EnvironmentPolicy, error) {
	p, err := tx.EnvironmentPolicy(ctx, tx.Scope)
	if err != nil {
		return nil, err
	}
	bound, err := tx.Keys.Rows().EnvironmentPolicy(p)
	if err := tx.CheckBound(ctx, bound, err); err != nil {
		// A command may run between the migration and the first start of the server, which binds the rows.
		done, known := keys.RowsBound(ctx, tx.Keys, tx.Tx, store.TableEnvironmentPolicies)
		if done || known != nil {
			return nil, err
		}
	}
	return p, nil
}

// MaxUnused returns max_unused of the caller's environment; nil where it is not set.
func MaxUnused(ctx context.Context, tx *txn.Tx) (*string, error) {
	p, err := Policy(ctx, tx)
	if err != nil {
		return nil, err
	}
	return p.Rules.MaxUnused, nil
}

// Save stores a policy, and binds it to its environment.
func Save(ctx context.Context, tx *txn.Tx, p *store.EnvironmentPolicy) error {
	if err := tx.UpdateEnvironmentPolicy(ctx, p); err != nil {
		return err
	}
	return bind(ctx, tx, p)
}

// Begin stores the defaults of a new environment.
func Begin(ctx context.Context, tx *txn.Tx) error {
	defaults := api.EnvironmentRules{ForbidWildcardScopes: true}
	p := &store.EnvironmentPolicy{Object: store.Object{Scope: tx.Scope}, Rules: defaults, Defaults: defaults}
	if err := tx.InsertEnvironmentPolicy(ctx, p); err != nil {
		return err
	}
	return bind(ctx, tx, p)
}

func bind(ctx context.Context, tx *txn.Tx, p *store.EnvironmentPolicy) error {
	bound, err := tx.Keys.Rows().EnvironmentPolicy(p)
	return tx.Bind(ctx, bound, err)
}

// Check refuses a write that breaks a rule. was is the object before a change; nil for a new one. The values of is are
// those that come with the write: they are noted as the object's.
func Check(ctx context.Context, tx *txn.Tx, id string, was *guardrail.Subject, is guardrail.Subject) error {
	p, err := Policy(ctx, tx)
	if err != nil {
		return err
	}
	if err := findUses(ctx, tx, id, &is); err != nil {
		return err
	}
	names := []string{is.Name}
	if was != nil {
		names = append(names, was.Name)
	}
	exemptions, err := exemptionsOf(ctx, tx, is.ExemptKind(), names...)
	if err != nil {
		return err
	}
	for _, v := range guardrail.Find(p.Rules, exemptions, was, is, tx.Now) {
		if v.Exemption == nil {
			return refusal(v)
		}
		detail := map[string]string{"kind": is.ExemptKind(), "name": is.Name, "rule": v.Rule, "object_id": id}
		if err := tx.Audit(ctx, actionUse, api.GuardrailExemptions.Path, v.Exemption.ID, detail); err != nil {
			return err
		}
	}
	return nil
}

// refusal is the problem of a write that breaks a rule.
func refusal(v guardrail.Violation) error {
	out := problem.New(api.CodeGuardrailViolation, v.Field, "%s An exemption is given by role security.", v.Detail)
	out.Rule = v.Rule
	return out
}

// findUses finds out which other objects have the values of a write, and notes that this one has them.
func findUses(ctx context.Context, tx *txn.Tx, id string, s *guardrail.Subject) error {
	ref := store.Ref{Scope: tx.Scope, Kind: s.Kind, ID: id}
	for i, v := range s.Values {
		if !v.CountsForReuse() {
			continue
		}
		digest := keys.SuppliedHash(tx.Keys, tx.Scope.Tenant, v.Secret)
		other, used, err := tx.OtherValueUse(ctx, ref, digest)
		if err != nil {
			return err
		}
		if used {
			s.Values[i].UsedBy = named(tx.Scope, other)
		}
		if err := tx.NoteValueUse(ctx, ref, digest, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// UsedBy says which object other than one of this environment has a value, as a refusal says it; empty for none. It
// notes nothing. Of other environments it says nothing unless the caller may learn of them.
func UsedBy(ctx context.Context, tx *txn.Tx, id string, value secret.Value, elsewhere bool) (string, error) {
	if !(guardrail.Value{Secret: value}).CountsForReuse() {
		return "", nil
	}
	than := store.Ref{Scope: tx.Scope, Kind: "an object", ID: id}
	other, used, err := tx.OtherValueUse(ctx, than, keys.SuppliedHash(tx.Keys, tx.Scope.Tenant, value))
	if err != nil || !used || other.Scope != tx.Scope && !elsewhere {
		return "", err
	}
	return named(tx.Scope, other), nil
}

// named says which object has a value. Of another environment it says only that.
func named(here store.Scope, other store.Ref) string {
	if other.Scope != here {
		return "an object of another environment of this tenant"
	}
	kind, _ := api.KindAt(other.Kind)
	return "the " + kind.Singular + " " + other.ID
}

// CheckSupplied refuses a value that a caller brings along with a step of a rotation. The step itself is never refused
// by a rule.
func CheckSupplied(ctx context.Context, tx *txn.Tx, kind api.Kind, o *store.Object, value *secret.Value) error {
	if value == nil {
		return nil
	}
	was := guardrail.Subject{Kind: kind.Path, Name: o.Name}
	is := was
	is.Values = SuppliedOne("secret", value)
	return Check(ctx, tx, o.ID, &was, is)
}

// CheckFollower refuses a change of a rotation policy for an object that follows it. The error is about the policy.
func CheckFollower(ctx context.Context, tx *txn.Tx, was *guardrail.Subject, is guardrail.Subject) error {
	p, err := Policy(ctx, tx)
	if err != nil {
		return err
	}
	exemptions, err := exemptionsOf(ctx, tx, is.Kind, is.Name)
	if err != nil {
		return err
	}
	for _, v := range guardrail.Find(p.Rules, exemptions, was, is, tx.Now) {
		if v.Exemption != nil {
			continue
		}
		kind, _ := api.KindAt(is.Kind)
		_, text, _ := strings.Cut(v.Detail, " ")
		v.Field, v.Detail = "/interval", fmt.Sprintf("interval, for the %s %q that follows this rotation policy, %s",
			kind.Singular, is.Name, text)
		return refusal(v)
	}
	return nil
}
