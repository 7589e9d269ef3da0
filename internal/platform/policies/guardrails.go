package policies

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// checkGuardrails checks a changed policy by the rules of the environment, and what follows it: a longer interval may
// be too long for the labels of one of them.
func checkGuardrails(ctx context.Context, tx *txn.Tx, before, after *store.RotationPolicy) error {
	was, is := guardrails.RotationPolicy(before), guardrails.RotationPolicy(after)
	if err := guardrails.Check(ctx, tx, after.ID, &was, is); err != nil || is.Interval <= was.Interval {
		return err
	}
	users, err := tx.PolicyUsers(ctx, tx.Scope, after.ID)
	if err != nil {
		return err
	}
	for _, u := range users {
		old := guardrail.Subject{Kind: u.Kind, Name: u.Name, Labels: u.Labels, Interval: was.Interval, FollowsPolicy: true}
		now := old
		now.Interval = is.Interval
		if err := guardrails.CheckFollower(ctx, tx, &old, now); err != nil {
			return err
		}
	}
	return nil
}
