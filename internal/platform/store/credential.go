package store

import (
	"context"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Credential is the rotation state of an object with a secret.
//
// Versions holds the valid versions and the newest others, ascending; Tx.Versions returns all. An update writes the
// versions in that list and leaves the others alone.
type Credential struct {
	rotation.Credential

	// SettledBase is the etag before the latest run of settled deadlines. Each settled deadline increases the etag by
	// one. SettledBase is 0 if the last change was of another sort. An If-Match with an older etag needs it.
	SettledBase  int64
	SettledSteps []string // the steps of that run

	// LastUsedAt is the last use of any version, of those that are not in Versions too. Tx.MarkUsed updates it.
	LastUsedAt time.Time

	// Findings are the open findings, ascending by rule. Objects have them where they are read; an update leaves them
	// alone.
	Findings []OpenFindings

	found    bool               // whether there is an open finding
	readFrom int64              // the number of the oldest version in Versions
	stored   []rotation.Version // the versions in the database, so that an update writes only what changed
}

// PastDeadline reports whether a deadline has passed that is not settled.
func (c *Credential) PastDeadline(now time.Time) bool {
	at := c.NextDeadline()
	return !at.IsZero() && !now.Before(at)
}

// keptForReading is how many of the newest versions are read with their object, valid or not. It keeps the
// introspection of a token with ten thousand versions as cheap as that of a new one.
const keptForReading = 10

const credentialColumns = `c.highest, c.version, c.hold_reason, c.hold_at, c.hold_by, c.expires_at, c.requested_after,
	c.not_enforced, c.settled_base, c.settled_steps, c.read_from, c.last_used_at, COALESCE((SELECT p.name
	FROM principals p WHERE p.id = c.hold_by AND p.tenant = c.tenant AND p.environment = c.environment), ''),
	c.quarantine_reason, c.quarantine_at, c.quarantine_by, c.quarantine_until, c.quarantine_through,
	c.unused_from, c.announced_at, c.announced_due, COALESCE((SELECT p.name FROM principals p
	WHERE p.id = c.quarantine_by AND p.tenant = c.tenant AND p.environment = c.environment), ''), ` + openFinding

var (
	insertCredential = statement(`INSERT INTO credentials (highest, version, hold_reason, hold_at, hold_by, expires_at,
		requested_after, not_enforced, settled_base, settled_steps, next_deadline, read_from, last_used_at,
		quarantine_reason, quarantine_at, quarantine_by, quarantine_until, quarantine_through,
		unused_from, announced_at, announced_due, tenant, environment, id, kind)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
		$25)`)
	updateCredential = statement(`UPDATE credentials SET highest = $1, version = $2, hold_reason = $3, hold_at = $4,
		hold_by = $5, expires_at = $6, requested_after = $7, not_enforced = $8, settled_base = $9, notice_at = 1,
		settled_steps = $10, next_deadline = $11, read_from = $12,
		last_used_at = CASE WHEN last_used_at < $13 THEN $13 ELSE last_used_at END,
		quarantine_reason = $14, quarantine_at = $15, quarantine_by = $16, quarantine_until = $17,
		quarantine_through = $18, unused_from = $19, announced_at = $20, announced_due = $21
		WHERE tenant = $22 AND environment = $23 AND id = $24`)
	deleteCredential = statement(`DELETE FROM credentials WHERE tenant = $1 AND environment = $2 AND id = $3`)
	credentialsDue   = statement(`SELECT tenant, environment, kind, id FROM credentials
		WHERE next_deadline > 0 AND next_deadline <= $1 ORDER BY next_deadline, id LIMIT $2`)
	credentialsDueOfPolicy = statement(`SELECT tenant, environment, kind, id FROM credentials
		WHERE next_deadline > 0 AND next_deadline <= $4 AND tenant = $1 AND environment = $2 AND id IN
		(SELECT id FROM connectors WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM scoped_tokens WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3
		UNION ALL SELECT id FROM signing_secrets WHERE tenant = $1 AND environment = $2 AND rotation_policy_id = $3)
		ORDER BY id`)
)

// markColumns are the columns of a hold, of a quarantine, and of one that is announced.
type markColumns struct {
	hold, quarantine noteColumns
	until            time.Time
	through          int64
	announced        rotation.Announcement
}

// columns returns the destinations to scan credentialColumns into. After the scan, setMarks sets the hold, the
// quarantine and the announcement.
func (c *Credential) columns(m *markColumns) []any {
	hold, quarantine := &m.hold, &m.quarantine
	return []any{
		&c.Highest, &c.Version, &hold.what, column.Time(&hold.at), &hold.by, column.Time(&c.ExpiresAt), &c.RequestedAfter,
		&c.NotEnforced, &c.SettledBase, column.JSON(&c.SettledSteps), &c.readFrom, column.Time(&c.LastUsedAt), &hold.byName,
		&quarantine.what, column.Time(&quarantine.at), &quarantine.by, column.Time(&m.until), &m.through,
		column.Time(&c.UnusedFrom), column.Time(&m.announced.At), column.Time(&m.announced.Due), &quarantine.byName,
		&c.found,
	}
}

func (c *Credential) setMarks(m markColumns) {
	if n := m.hold; n.what != nil {
		c.Hold = &rotation.Hold{Reason: *n.what, At: n.at, By: n.by, ByName: n.byName}
	}
	if n := m.quarantine; n.what != nil {
		c.Quarantine = &rotation.Quarantine{
			Reason: *n.what, At: n.at, Until: m.until, By: n.by, ByName: n.byName, Through: m.through,
		}
	}
	if a := m.announced; !a.At.IsZero() {
		c.Announced = &a
	}
}

func (c *Credential) values(scope Scope, id string) []any {
	var m markColumns
	if c.Hold != nil {
		m.hold = noteColumns{what: &c.Hold.Reason, at: c.Hold.At, by: c.Hold.By}
	}
	if q := c.Quarantine; q != nil {
		m.quarantine = noteColumns{what: &q.Reason, at: q.At, by: q.By}
		m.until, m.through = q.Until, q.Through
	}
	if c.Announced != nil {
		m.announced = *c.Announced
	}
	hold, quarantine := m.hold, m.quarantine
	return []any{
		c.Highest, c.Version, hold.what, column.Micros(hold.at), hold.by, column.Micros(c.ExpiresAt), c.RequestedAfter,
		column.Bool(c.NotEnforced), c.SettledBase, column.JSON(&c.SettledSteps), column.Micros(c.NextDeadline()), c.readFrom,
		column.Micros(c.LastUsedAt), quarantine.what, column.Micros(quarantine.at), quarantine.by, column.Micros(m.until),
		m.through, column.Micros(c.UnusedFrom), column.Micros(m.announced.At), column.Micros(m.announced.Due),
		scope.Tenant, scope.Environment, id,
	}
}

// oldestToRead returns the number of the oldest version that is read with the object.
func oldestToRead(versions []rotation.Version) int64 {
	numbers := make([]int64, len(versions))
	for i, v := range versions {
		numbers[i] = v.Number
	}
	slices.Sort(numbers)
	var oldest int64
	if len(numbers) > 0 {
		oldest = numbers[max(0, len(numbers)-keptForReading)]
	}
	for _, v := range versions {
		if v.State.Valid() {
			oldest = min(oldest, v.Number)
		}
	}
	return oldest
}

func (tx *Tx) insertCredential(ctx context.Context, scope Scope, kind, id string, c *Credential) error {
	c.readFrom = oldestToRead(c.Versions)
	if _, err := tx.exec(ctx, insertCredential, append(c.values(scope, id), kind)...); err != nil {
		return err
	}
	c.stored = nil
	if err := tx.addUsage(ctx, scope, kind, 1, 0); err != nil {
		return err
	}
	return tx.writeVersions(ctx, id, c)
}

func (tx *Tx) updateCredential(ctx context.Context, scope Scope, id string, c *Credential) error {
	c.readFrom = oldestToRead(c.Versions)
	if err := tx.execOne(ctx, updateCredential, c.values(scope, id)...); err != nil {
		return err
	}
	return tx.writeVersions(ctx, id, c)
}

// deleteWithCredential deletes an object, then its credential. The versions and secrets go with the credential. Without
// its data keys, no copy of a secret opens again.
func (tx *Tx) deleteWithCredential(ctx context.Context, text string, scope Scope, kind, id string) error {
	err := tx.execOne(ctx, text, scope.Tenant, scope.Environment, id)
	if err == nil {
		err = tx.execOne(ctx, deleteCredential, scope.Tenant, scope.Environment, id)
	}
	if err == nil {
		_, err = tx.exec(ctx, deleteDataKeysOf, scope.Tenant, scope.Environment, id)
	}
	if err == nil {
		_, err = tx.exec(ctx, deleteNotified, scope.Tenant, scope.Environment, id)
	}
	if err == nil {
		err = tx.forgetValueUses(ctx, scope, id)
	}
	if err == nil {
		err = tx.addUsage(ctx, scope, kind, -1, 0)
	}
	return failed("deleting", kind, id, err)
}

// CredentialsDue returns the credentials of every scope with a deadline in the past, earliest deadline first.
func (tx *Tx) CredentialsDue(ctx context.Context, now time.Time, limit int) ([]Ref, error) {
	refs, err := tx.refs(ctx, credentialsDue, column.Micros(now), limit)
	return refs, failed("looking for", "credentials past a deadline", "", err)
}

// CredentialsDueOfPolicy returns the credentials that follow a rotation policy and have a deadline in the past.
func (tx *Tx) CredentialsDueOfPolicy(ctx context.Context, scope Scope, policyID string, now time.Time) ([]Ref, error) {
	refs, err := tx.refs(ctx, credentialsDueOfPolicy, scope.Tenant, scope.Environment, policyID, column.Micros(now))
	return refs, failed("looking for credentials of", api.KindRotationPolicies, policyID, err)
}

func (tx *Tx) refs(ctx context.Context, text string, args ...any) ([]Ref, error) {
	var refs []Ref
	err := tx.each(ctx, text, args, func(row scanner) error {
		var r Ref
		if err := row.Scan(&r.Scope.Tenant, &r.Scope.Environment, &r.Kind, &r.ID); err != nil {
			return err
		}
		refs = append(refs, r)
		return nil
	})
	return refs, err
}
