package store

import (
	"context"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// PolicyUser is an object that follows a rotation policy.
type PolicyUser struct {
	Kind, ID, Name string
	Labels         map[string]string
}

var policyUsers = func() string {
	var selects []string
	for _, r := range referencesTo(api.KindRotationPolicies) {
		selects = append(selects, `SELECT '`+r.from+`', o.id, o.name, o.labels FROM `+tableOf(r.from)+` o
			WHERE `+inScope+`o.`+r.column+` = $3`)
	}
	return statement(strings.Join(selects, " UNION ALL "))
}()

// PolicyUsers returns the objects that follow a rotation policy, with their labels.
func (tx *Tx) PolicyUsers(ctx context.Context, scope Scope, policyID string) (found []PolicyUser, err error) {
	err = tx.each(ctx, policyUsers, []any{scope.Tenant, scope.Environment, policyID}, func(row scanner) error {
		var u PolicyUser
		err := row.Scan(&u.Kind, &u.ID, &u.Name, column.JSON(&u.Labels))
		found = append(found, u)
		return err
	})
	return found, failed("listing the users of", api.KindRotationPolicies, policyID, err)
}
