package store

import (
	"context"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// RoleBinding gives a role in an environment to the people of a group, or to the person with an e-mail address.
type RoleBinding struct {
	Object     // without a name
	IssuerID   string
	IssuerName string // read with the binding
	Attribute  string // what is compared: group or email
	Value      string // what it must be
	Role       string
}

const kindRoleBinding = "role binding"

const selectRoleBinding = `SELECT b.tenant, b.environment, b.id, b.created_at, b.etag, b.issuer_id, i.name, b.attribute,
	b.value, b.role FROM role_bindings b JOIN issuers i ON i.tenant = b.tenant AND i.id = b.issuer_id `

var (
	roleBindingByID  = statement(selectRoleBinding + `WHERE b.tenant = $1 AND b.environment = $2 AND b.id = $3`)
	roleBindingsPage = statement(selectRoleBinding + `WHERE b.tenant = $1 AND b.environment = $2 AND b.id > $3
		AND ($4 = '' OR b.value = $4) ORDER BY b.id LIMIT $5`)
	roleBindingsOf = statement(selectRoleBinding + `WHERE b.tenant = $1 AND b.issuer_id = $2
		ORDER BY b.environment, b.id`)
	insertRoleBinding = statement(`INSERT INTO role_bindings (tenant, environment, id, created_at, etag, issuer_id,
		attribute, value, role) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	updateRoleBinding = statement(`UPDATE role_bindings SET etag = $4, role = $5, attribute = $6, value = $7
		WHERE tenant = $1 AND environment = $2 AND id = $3`)
	deleteRoleBinding = statement(`DELETE FROM role_bindings WHERE tenant = $1 AND environment = $2 AND id = $3`)
)

func (tx *Tx) roleBindings(ctx context.Context, text string, args ...any) (found []*RoleBinding, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		var b RoleBinding
		err := row.Scan(&b.Scope.Tenant, &b.Scope.Environment, &b.ID, column.Time(&b.CreatedAt), &b.Etag, &b.IssuerID,
			&b.IssuerName, &b.Attribute, &b.Value, &b.Role)
		b.Name = b.Value
		found = append(found, &b)
		return err
	})
	return found, err
}

// RoleBinding reads one role binding.
func (tx *Tx) RoleBinding(ctx context.Context, scope Scope, id string) (*RoleBinding, error) {
	found, err := tx.roleBindings(ctx, roleBindingByID, scope.Tenant, scope.Environment, id)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, failed("reading", kindRoleBinding, id, err)
	}
	return found[0], nil
}

// RoleBindings reads a page of the role bindings of an environment.
func (tx *Tx) RoleBindings(ctx context.Context, scope Scope, list List) ([]*RoleBinding, error) {
	found, err := tx.roleBindings(ctx, roleBindingsPage, scope.Tenant, scope.Environment, list.After, list.Name,
		list.Limit)
	return found, failed("listing", kindRoleBinding, "", err)
}

// RoleBindingsOf reads the role bindings of an issuer in all environments of its tenant, one environment after another.
func (tx *Tx) RoleBindingsOf(ctx context.Context, tenant, issuerID string) ([]*RoleBinding, error) {
	found, err := tx.roleBindings(ctx, roleBindingsOf, tenant, issuerID)
	return found, failed("listing", kindRoleBinding, "", err)
}

// InsertRoleBinding stores a new role binding. It returns ErrNameTaken if there is one that says the same.
func (tx *Tx) InsertRoleBinding(ctx context.Context, b *RoleBinding) error {
	_, err := tx.exec(ctx, insertRoleBinding, b.Scope.Tenant, b.Scope.Environment, b.ID, column.Micros(b.CreatedAt),
		b.Etag, b.IssuerID, b.Attribute, b.Value, b.Role)
	return failed("storing", kindRoleBinding, b.ID, err)
}

// UpdateRoleBinding stores who has which role. It returns ErrNameTaken if another binding says the same.
func (tx *Tx) UpdateRoleBinding(ctx context.Context, b *RoleBinding) error {
	return failed("updating", kindRoleBinding, b.ID,
		tx.execOne(ctx, updateRoleBinding, b.Scope.Tenant, b.Scope.Environment, b.ID, b.Etag, b.Role,
			b.Attribute, b.Value))
}

// DeleteRoleBinding deletes a role binding.
func (tx *Tx) DeleteRoleBinding(ctx context.Context, scope Scope, id string) error {
	return failed("deleting", kindRoleBinding, id,
		tx.execOne(ctx, deleteRoleBinding, scope.Tenant, scope.Environment, id))
}
