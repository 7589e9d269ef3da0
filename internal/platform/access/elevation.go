package access

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// RoleThatAsks is the role with which a person can ask for another one for some time.
const RoleThatAsks = api.RoleAuditor

// Elevated adds to the roles that bindings give a person those of the elevations that run at a moment. None counts
// unless the person still has the role that let it ask, and none while the clock is in doubt: a clock that was set back
// would make it longer.
func Elevated(bound []string, of []*store.Approval, now time.Time, inDoubt bool) []string {
	if inDoubt || !slices.Contains(bound, RoleThatAsks) {
		return bound
	}
	out := slices.Clone(bound)
	for _, a := range of {
		if a.Operation == api.OperationElevation && a.State == api.ApprovalApproved && now.Before(a.ExpiresAt) &&
			!now.Before(a.DecidedAt) && !slices.Contains(out, a.Role) {
			out = append(out, a.Role)
		}
	}
	return inOrder(out)
}

// inOrder sorts roles as api.PersonRoles has them.
func inOrder(roles []string) []string {
	order := api.PersonRoles()
	slices.SortFunc(roles, func(a, b string) int {
		return cmp.Compare(slices.Index(order, a), slices.Index(order, b))
	})
	return roles
}

// RolesNow lists the roles that a person has in an environment: those of bindings, and those of elevations.
func RolesNow(
	ctx context.Context, tx *txn.Tx, p *store.Person, bindings []*store.RoleBinding, environment string,
) ([]string, error) {
	bound := RolesOf(p, bindings, environment)
	if !slices.Contains(bound, RoleThatAsks) {
		return bound, nil
	}
	scope := store.Scope{Tenant: p.Tenant, Environment: environment}
	found, err := tx.ApprovalsBy(ctx, scope, p.ID, api.ApprovalApproved)
	if err != nil {
		return nil, err
	}
	for _, a := range found {
		row, err := tx.Keys.Rows().Approval(a)
		if err := tx.CheckBound(ctx, row, err); err != nil {
			return nil, err
		}
	}
	return Elevated(bound, found, tx.Now, tx.Paused), nil
}

// RolesBound lists the roles that bindings give a person in an environment now.
func RolesBound(ctx context.Context, tx *txn.Tx, scope store.Scope, person string) ([]string, error) {
	p, err := ReadPerson(ctx, tx, scope.Tenant, person)
	if err != nil {
		return nil, err
	}
	bindings, err := BindingsOf(ctx, tx, p)
	return RolesOf(p, bindings, scope.Environment), err
}
