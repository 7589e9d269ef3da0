package store

import "context"

// Counted is a credential with what its status follows from.
type Counted struct {
	Ref        Ref
	PolicyID   string  // empty: none
	ExpireAt   *string // of a connector's credentials, as the user wrote it
	Unused     *string // unused_expiry of a scoped token; only of NoticeDue
	Credential Credential
}

var (
	selectCounted = statement(`SELECT c.tenant, c.environment, c.kind, c.id,
		COALESCE(n.rotation_policy_id, t.rotation_policy_id, s.rotation_policy_id, ''), n.credentials_expire_at,
		` + credentialColumns + ` FROM credentials c
		LEFT JOIN connectors n ON n.tenant = c.tenant AND n.environment = c.environment AND n.id = c.id
		LEFT JOIN scoped_tokens t ON t.tenant = c.tenant AND t.environment = c.environment AND t.id = c.id
		LEFT JOIN signing_secrets s ON s.tenant = c.tenant AND s.environment = c.environment AND s.id = c.id
		WHERE c.id > $1 AND COALESCE(n.deleting_since, 0) = 0 ORDER BY c.id LIMIT $2`)
	selectValidVersions = statement(`SELECT ` + versionColumns + ` FROM versions v
		WHERE v.credential_id > $1 AND v.credential_id <= $2 AND v.state IN ('pending', 'current', 'previous')
		ORDER BY v.credential_id, v.number`)
)

// CountedAfter reads a page of the credentials of every scope, in the order of their ids, with their valid versions
// alone. It leaves out connectors that are deleting.
func (tx *Tx) CountedAfter(ctx context.Context, id string, limit int) (page []*Counted, err error) {
	byID := map[string]*Counted{}
	err = tx.each(ctx, selectCounted, []any{id, limit}, func(row scanner) error {
		var c Counted
		var marks markColumns
		dest := []any{&c.Ref.Scope.Tenant, &c.Ref.Scope.Environment, &c.Ref.Kind, &c.Ref.ID, &c.PolicyID, &c.ExpireAt}
		err := row.Scan(append(dest, c.Credential.columns(&marks)...)...)
		c.Credential.setMarks(marks)
		page, byID[c.Ref.ID] = append(page, &c), &c
		return err
	})
	if err == nil && len(page) > 0 {
		err = tx.each(ctx, selectValidVersions, []any{id, page[len(page)-1].Ref.ID}, func(row scanner) error {
			of, v, err := scanVersion(row)
			if c, ok := byID[of]; ok {
				c.Credential.Versions = append(c.Credential.Versions, v)
			}
			return err
		})
	}
	return page, failed("counting", "credentials", "", err)
}
