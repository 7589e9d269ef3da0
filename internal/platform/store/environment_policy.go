package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// EnvironmentPolicy is what writes in an environment are checked by. Every environment has one row. Where no policy is
// written, its id is empty, and its rules are the defaults.
type EnvironmentPolicy struct {
	Object
	Rules    api.EnvironmentRules
	Defaults api.EnvironmentRules // what holds without a policy
}

var (
	selectEnvironmentPolicy = statement(`SELECT id, created_at, etag, rules, defaults FROM environment_policies
		WHERE tenant = $1 AND environment = $2`)
	insertEnvironmentPolicy = statement(
		`INSERT INTO environment_policies (tenant, environment, id, created_at, etag, rules,
		defaults) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
	)
	updateEnvironmentPolicy = statement(`UPDATE environment_policies SET id = $3, created_at = $4, etag = $5, rules = $6,
		defaults = $7 WHERE tenant = $1 AND environment = $2`)
)

// EnvironmentPolicy reads the policy of an environment, or the defaults where none is written.
func (tx *Tx) EnvironmentPolicy(ctx context.Context, scope Scope) (*EnvironmentPolicy, error) {
	p := &EnvironmentPolicy{Object: Object{Name: scope.Environment, Scope: scope}}
	err := tx.one(ctx, selectEnvironmentPolicy, []any{scope.Tenant, scope.Environment}, &p.ID, column.Time(&p.CreatedAt),
		&p.Etag, column.JSON(&p.Rules), column.JSON(&p.Defaults))
	if err != nil {
		return nil, failed("reading", "the policy of environment", scope.Environment, err)
	}
	return p, nil
}

// InsertEnvironmentPolicy stores the defaults of a new environment.
func (tx *Tx) InsertEnvironmentPolicy(ctx context.Context, p *EnvironmentPolicy) error {
	_, err := tx.exec(ctx, insertEnvironmentPolicy, p.values()...)
	return failed("storing", "the policy of environment", p.Scope.Environment, err)
}

// UpdateEnvironmentPolicy stores a policy that is written, changed or deleted.
func (tx *Tx) UpdateEnvironmentPolicy(ctx context.Context, p *EnvironmentPolicy) error {
	err := tx.execOne(ctx, updateEnvironmentPolicy, p.values()...)
	return failed("updating", "the policy of environment", p.Scope.Environment, err)
}

func (p *EnvironmentPolicy) values() []any {
	return []any{
		p.Scope.Tenant, p.Scope.Environment, p.ID, column.Micros(p.CreatedAt), p.Etag, column.JSON(&p.Rules),
		column.JSON(&p.Defaults),
	}
}
