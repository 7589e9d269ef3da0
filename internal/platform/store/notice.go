package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

var (
	// selectNoticeDue finds credentials by the index, and what is to be said of them follows from.
	selectNoticeDue = statement(`SELECT c.tenant, c.environment, c.kind, c.id,
		COALESCE(n.rotation_policy_id, t.rotation_policy_id, s.rotation_policy_id, ''), n.credentials_expire_at,
		t.unused_expiry,
		` + credentialColumns + ` FROM credentials c
		LEFT JOIN connectors n ON n.tenant = c.tenant AND n.environment = c.environment AND n.id = c.id
		LEFT JOIN scoped_tokens t ON t.tenant = c.tenant AND t.environment = c.environment AND t.id = c.id
		LEFT JOIN signing_secrets s ON s.tenant = c.tenant AND s.environment = c.environment AND s.id = c.id
		WHERE c.notice_at > 0 AND c.notice_at <= $1 ORDER BY c.notice_at, c.id LIMIT $2`)
	setNotice    = statement(`UPDATE credentials SET notice_at = $2 WHERE id = $1`)
	setAnnounced = statement(`UPDATE credentials SET announced_at = $2, announced_due = $3 WHERE id = $1`)
	// noticeEnvironment has every credential of an environment looked at.
	noticeEnvironment = statement(`UPDATE credentials SET notice_at = 1 WHERE tenant = $1 AND environment = $2`)
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
		dest := []any{
			&c.Ref.Scope.Tenant, &c.Ref.Scope.Environment, &c.Ref.Kind, &c.Ref.ID, &c.PolicyID, &c.ExpireAt, &c.Unused,
		}
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

// SetAnnounced stores the quarantine that is announced for want of use; nil for none.
func (tx *Tx) SetAnnounced(ctx context.Context, id string, a *rotation.Announcement) error {
	var said rotation.Announcement
	if a != nil {
		said = *a
	}
	err := tx.execOne(ctx, setAnnounced, id, column.Micros(said.At), column.Micros(said.Due))
	return failed("announcing the quarantine of", "credential", id, err)
}

// NoticeEnvironment has every credential of an environment looked at, because what it is judged by has changed.
func (tx *Tx) NoticeEnvironment(ctx context.Context, scope Scope) error {
	_, err := tx.exec(ctx, noticeEnvironment, scope.Tenant, scope.Environment)
	return failed("scheduling the credentials of", "environment", scope.Environment, err)
}
