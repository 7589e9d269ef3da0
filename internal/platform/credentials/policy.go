package credentials

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// policiesKey is the key of the policies that a transaction has read.
type policiesKey struct{}

// Policy returns the rules of a stored policy, as they hold now. No id stands for the defaults.
func Policy(ctx context.Context, tx *txn.Tx, id string) (p rotation.Policy, err error) {
	if id == "" {
		p = rotation.DefaultPolicy()
	} else {
		p, err = storedPolicy(ctx, tx, id)
	}
	p.Paused = tx.Paused
	return p, err
}

func storedPolicy(ctx context.Context, tx *txn.Tx, id string) (rotation.Policy, error) {
	read, _ := tx.Value(policiesKey{}, func() any { return map[string]rotation.Policy{} }).(map[string]rotation.Policy)
	if p, known := read[id]; known {
		return p, nil
	}
	record, err := tx.RotationPolicy(ctx, tx.Scope, id)
	if err != nil {
		return rotation.Policy{}, err
	}
	bound, err := tx.Keys.Rows().Policy(record)
	if err := tx.CheckBound(ctx, bound, err); err != nil {
		return rotation.Policy{}, err
	}
	p, err := rulesOf(record)
	if err != nil {
		return rotation.Policy{}, err
	}
	read[id] = p
	return p, nil
}

// PolicyNamed is Policy for an id out of a request. A policy that is deleting takes no new users: before is the policy
// that the object had, or empty.
func PolicyNamed(ctx context.Context, tx *txn.Tx, id, before string) (rotation.Policy, error) {
	if id != "" && id != before {
		record, err := tx.RotationPolicy(ctx, tx.Scope, id)
		if err == nil && !record.DeletingSince.IsZero() {
			return rotation.Policy{}, problem.Deleting("/rotation_policy_id", api.RotationPolicies, record.Name, id,
				record.DeletingSince)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return rotation.Policy{}, err
		}
	}
	p, err := Policy(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return p, problem.New(api.CodeInvalid, "/rotation_policy_id",
			"rotation_policy_id names no rotation policy of tenant %s, environment %s",
			tx.Scope.Tenant, tx.Scope.Environment)
	}
	return p, err
}

// rulesOf reads the durations of a stored policy.
func rulesOf(p *store.RotationPolicy) (rotation.Policy, error) {
	out := rotation.Policy{RequireAcknowledgement: p.RequireAcknowledgement, OnStageTimeout: p.OnStageTimeout}
	for _, d := range []struct {
		to   *time.Duration
		text *string
	}{
		{&out.Interval, &p.Interval},
		{&out.Overlap, &p.Overlap},
		{&out.MaxStage, &p.MaxStage},
		{&out.MaxAge, p.MaxAge},
		{&out.QuietPeriod, p.QuietPeriod},
	} {
		if d.text == nil || *d.text == "" {
			continue
		}
		var err error
		if *d.to, err = api.ParseDuration(*d.text); err != nil {
			return out, fmt.Errorf("a duration of rotation policy %s: %w", p.ID, err)
		}
	}
	return out, nil
}
