package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// RotationPolicy says how old a secret may get and how long two of them may overlap. Durations are as the user gave them.
type RotationPolicy struct {
	Object
	Interval               string
	Overlap                string
	MaxStage               string
	MaxAge                 *string
	QuietPeriod            *string
	RequireAcknowledgement bool
	OnStageTimeout         string
}

var (
	readRotationPolicies = readings(objectColumns+`, o.rotation_interval, o.rotation_overlap, o.max_stage, o.max_age, o.quiet_period,
		o.require_acknowledgement, o.on_stage_timeout`, `rotation_policies o`)
	insertRotationPolicy = statement(`INSERT INTO rotation_policies (tenant, environment, id, name, description, labels, created_at, etag,
		rotation_interval, rotation_overlap, max_stage, max_age, quiet_period, require_acknowledgement, on_stage_timeout)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`)
	updateRotationPolicy = statement(`UPDATE rotation_policies SET name = $4, description = $5, labels = $6, etag = $7, rotation_interval = $8,
		rotation_overlap = $9, max_stage = $10, max_age = $11, quiet_period = $12, require_acknowledgement = $13, on_stage_timeout = $14
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteRotationPolicy = statement(`DELETE FROM rotation_policies WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func scanRotationPolicy(row scanner) (*RotationPolicy, error) {
	var p RotationPolicy
	err := row.Scan(append(p.columns(), &p.Interval, &p.Overlap, &p.MaxStage, &p.MaxAge, &p.QuietPeriod, &p.RequireAcknowledgement, &p.OnStageTimeout)...)
	return &p, err
}

// InsertRotationPolicy stores a new policy.
func (tx *Tx) InsertRotationPolicy(ctx context.Context, p *RotationPolicy) error {
	_, err := tx.exec(ctx, insertRotationPolicy, append(p.values(), p.Interval, p.Overlap, p.MaxStage, p.MaxAge, p.QuietPeriod,
		truth(p.RequireAcknowledgement), p.OnStageTimeout)...)
	return failed("storing", api.KindRotationPolicies, p.ID, err)
}

// RotationPolicy reads one policy.
func (tx *Tx) RotationPolicy(ctx context.Context, scope Scope, id string) (*RotationPolicy, error) {
	p, err := one(ctx, tx, readRotationPolicies, scope, id, scanRotationPolicy)
	if err != nil {
		return nil, failed("reading", api.KindRotationPolicies, id, err)
	}
	return p, nil
}

// RotationPolicies reads a page of policies.
func (tx *Tx) RotationPolicies(ctx context.Context, scope Scope, list List) ([]*RotationPolicy, error) {
	ps, err := page(ctx, tx, readRotationPolicies, scope, list, scanRotationPolicy)
	if err != nil {
		return nil, failed("listing", api.KindRotationPolicies, "", err)
	}
	return ps, nil
}

// UpdateRotationPolicy stores a policy that was read in the same transaction and then changed.
func (tx *Tx) UpdateRotationPolicy(ctx context.Context, p *RotationPolicy) error {
	err := tx.execOne(ctx, updateRotationPolicy, p.Scope.Tenant, p.Scope.Environment, p.ID, p.Name, p.Description, textJSON(&p.Labels), p.Etag,
		p.Interval, p.Overlap, p.MaxStage, p.MaxAge, p.QuietPeriod, truth(p.RequireAcknowledgement), p.OnStageTimeout)
	return failed("updating", api.KindRotationPolicies, p.ID, err)
}

// DeleteRotationPolicy removes a policy, unless something follows it.
func (tx *Tx) DeleteRotationPolicy(ctx context.Context, scope Scope, id string) error {
	err := tx.execOne(ctx, deleteRotationPolicy, scope.Tenant, scope.Environment, id)
	return failed("deleting", api.KindRotationPolicies, id, err)
}
