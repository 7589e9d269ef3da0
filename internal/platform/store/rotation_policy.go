package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// RotationPolicy limits the age of a secret and the time in which two versions are valid. Durations are stored as the
// user wrote them.
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
	rotationPolicies = newReader(api.KindRotationPolicies, `o.rotation_interval, o.rotation_overlap,
		o.max_stage, o.max_age, o.quiet_period, o.require_acknowledgement, o.on_stage_timeout`,
		`rotation_policies o`, scanRotationPolicy)
	insertRotationPolicy = statement(`INSERT INTO rotation_policies (tenant, environment, id, name, description, labels,
		created_at, etag, rotation_interval, rotation_overlap, max_stage, max_age, quiet_period,
		require_acknowledgement, on_stage_timeout)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`)
	updateRotationPolicy = statement(`UPDATE rotation_policies SET name = $4, description = $5, labels = $6, etag = $7,
		rotation_interval = $8, rotation_overlap = $9, max_stage = $10, max_age = $11, quiet_period = $12,
		require_acknowledgement = $13, on_stage_timeout = $14 WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteRotationPolicy = statement(`DELETE FROM rotation_policies
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func scanRotationPolicy(row scanner) (*RotationPolicy, error) {
	var p RotationPolicy
	err := p.scan(row, api.KindRotationPolicies, &p.Interval, &p.Overlap, &p.MaxStage, &p.MaxAge, &p.QuietPeriod,
		&p.RequireAcknowledgement, &p.OnStageTimeout)
	return &p, err
}

// changing returns the values that an update can change, besides those of the Object.
func (p *RotationPolicy) changing() []any {
	return []any{
		p.Interval, p.Overlap, p.MaxStage, p.MaxAge, p.QuietPeriod, column.Bool(p.RequireAcknowledgement), p.OnStageTimeout,
	}
}

// InsertRotationPolicy stores a new policy.
func (tx *Tx) InsertRotationPolicy(ctx context.Context, p *RotationPolicy) error {
	_, err := tx.exec(ctx, insertRotationPolicy, append(p.inserted(), p.changing()...)...)
	if err == nil {
		err = tx.addUsage(ctx, p.Scope, api.KindRotationPolicies, 1, 0)
	}
	return failed("storing", api.KindRotationPolicies, p.ID, err)
}

// RotationPolicy reads one policy.
func (tx *Tx) RotationPolicy(ctx context.Context, scope Scope, id string) (*RotationPolicy, error) {
	return rotationPolicies.one(ctx, tx, scope, id, nil)
}

// RotationPolicies reads a page of policies.
func (tx *Tx) RotationPolicies(ctx context.Context, scope Scope, list List) ([]*RotationPolicy, error) {
	return rotationPolicies.page(ctx, tx, scope, list, nil)
}

// UpdateRotationPolicy stores a changed policy, which was read in the same transaction.
func (tx *Tx) UpdateRotationPolicy(ctx context.Context, p *RotationPolicy) error {
	err := tx.execOne(ctx, updateRotationPolicy, append(p.updated(), p.changing()...)...)
	if err == nil {
		err = tx.noticePolicy(ctx, p)
	}
	return failed("updating", api.KindRotationPolicies, p.ID, err)
}

// DeleteRotationPolicy deletes a policy. It returns ErrReferenced if an object follows it.
func (tx *Tx) DeleteRotationPolicy(ctx context.Context, scope Scope, id string) error {
	err := tx.execOne(ctx, deleteRotationPolicy, scope.Tenant, scope.Environment, id)
	if err == nil {
		err = tx.addUsage(ctx, scope, api.KindRotationPolicies, -1, 0)
	}
	return failed("deleting", api.KindRotationPolicies, id, err)
}
