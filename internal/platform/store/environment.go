package store

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

var (
	insertTenant = statement(`INSERT INTO tenants (name, created_at) VALUES ($1, $2)
		ON CONFLICT (name) DO NOTHING`)
	insertEnvironment = statement(`INSERT INTO environments (tenant, name, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (tenant, name) DO NOTHING`)
	countEnvironment = statement(`SELECT COUNT(*) FROM environments WHERE tenant = $1 AND name = $2`)
)

// CreateEnvironment creates an environment, and its tenant if needed. It returns ErrExists if the environment exists.
func (tx *Tx) CreateEnvironment(ctx context.Context, scope Scope, at time.Time) error {
	_, err := tx.exec(ctx, insertTenant, scope.Tenant, column.Micros(at))
	if err == nil {
		err = tx.insertNew(ctx, insertEnvironment, scope.Tenant, scope.Environment, column.Micros(at))
	}
	return failed("creating", "environment", fmt.Sprintf("%s of tenant %s", scope.Environment, scope.Tenant), err)
}

// EnvironmentExists reports whether an environment exists.
func (tx *Tx) EnvironmentExists(ctx context.Context, scope Scope) (bool, error) {
	var n int
	err := tx.one(ctx, countEnvironment, []any{scope.Tenant, scope.Environment}, &n)
	return n > 0, failed("looking for", "environment", scope.Environment, err)
}
