package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

var (
	// selectNoticeDue finds credentials by the index, and what their status follows from.
	selectNoticeDue = statement(`SELECT c.tenant, c.environment, c.kind, c.id,
		COALESCE(n.rotation_policy_id, t.rotation_policy_id, s.rotation_policy_id, ''), n.credentials_expire_at,
		` + credentialColumns + ` FROM credentials c
		LEFT JOIN connectors n ON n.tenant = c.tenant AND n.environment = c.environment AND n.id = c.id
		LEFT JOIN scoped_tokens t ON t.tenant = c.tenant AND t.environment = c.environment AND t.id = c.id
		LEFT JOIN signing_secrets s ON s.tenant = c.tenant AND s.environment = c.environment AND s.id = c.id
		WHERE c.notice_at > 0 AND c.notice_at <= $1 ORDER BY c.notice_at, c.id LIMIT $2`)
	setNotice = statement(`UPDATE credentials SET notice_at = $2 WHERE id = $1`)
	// noticePolicy has every credential of a policy looked at.
	noticePolicy = statement(`UPDATE credentials SET notice_at = 1
		WHERE tenant = $1 AND environment = $2 AND id IN
		(SELECT id FROM connectors WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3)`)
)

// NoticeDue reads credentials of every scope at which it is time to look, those that wait longest first.
func (tx *Tx) NoticeDue(ctx context.Context, now time.Time, limit int) (found []*Counted, err error) {
	err = tx.each(ctx, selectNoticeDue, []any{column.Micros(now), limit}, func(row scanner) error {
		var c Counted
		var marks markColumns
		dest := []any{&c.Ref.Scope.Tenant, &c.Ref.Scope.Environment, &c.Ref.Kind, &c.Ref.ID, &c.PolicyID, &c.ExpireAt}
		err := row.Scan(append(dest, c.Credential.columns(&marks)...)...)
		c.Credential.setMarks(marks)
		found = append(found, &c)
		return err
	})
	for _, c := range found {
		if err == nil {
			err = tx.readVersions(ctx, c.Ref.ID, &c.Credential)
		}
	}
	return found, failed("looking for", "rotations that fall due", "", err)
}

// SetNotice stores when it is to be looked at a credential again; zero for not before it changes.
func (tx *Tx) SetNotice(ctx context.Context, id string, at time.Time) error {
	return failed("scheduling", "credential", id, tx.execOne(ctx, setNotice, id, column.Micros(at)))
}

func (tx *Tx) noticePolicy(ctx context.Context, p *RotationPolicy) error {
	_, err := tx.exec(ctx, noticePolicy, p.Scope.Tenant, p.Scope.Environment, p.ID)
	return failed("scheduling the credentials of", api.KindRotationPolicies, p.ID, err)
}
