package store

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

const versionColumns = `v.credential_id, v.number, v.state, v.issued_at, v.current_since, v.previous_since, v.deadline, v.ended_at, v.ended_by,
	v.end_reason, v.promoted_by, v.forced, v.evidence_kind, v.evidence_at, v.evidence_actor, v.last_used_at, v.rolled_back`

var (
	selectVersions       = statement(`SELECT ` + versionColumns + ` FROM versions v WHERE v.credential_id = $1 AND v.number >= $2 ORDER BY v.number`)
	selectVersionsOfPage = statement(`SELECT ` + versionColumns + ` FROM credentials c JOIN versions v ON v.credential_id = c.id AND v.number >= c.read_from
		WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3 AND c.id >= $4 AND c.id <= $5 ORDER BY c.id, v.number`)
	selectAllVersions = statement(`SELECT ` + versionColumns + ` FROM credentials c JOIN versions v ON v.credential_id = c.id
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3 ORDER BY v.number`)
	// A use may be noted while an update is being prepared from an older read; it must not get lost.
	writeVersion = statement(`INSERT INTO versions (credential_id, number, state, issued_at, current_since, previous_since, deadline, ended_at, ended_by,
		end_reason, promoted_by, forced, evidence_kind, evidence_at, evidence_actor, last_used_at, rolled_back)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (credential_id, number) DO UPDATE SET state = excluded.state, issued_at = excluded.issued_at, current_since = excluded.current_since,
		previous_since = excluded.previous_since, deadline = excluded.deadline, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
		end_reason = excluded.end_reason, promoted_by = excluded.promoted_by, forced = excluded.forced, evidence_kind = excluded.evidence_kind,
		evidence_at = excluded.evidence_at, evidence_actor = excluded.evidence_actor, rolled_back = excluded.rolled_back,
		last_used_at = CASE WHEN excluded.last_used_at > versions.last_used_at THEN excluded.last_used_at ELSE versions.last_used_at END`)
	markUsed = statement(`UPDATE versions SET last_used_at = CASE WHEN last_used_at < $3 THEN $3 ELSE last_used_at END,
		evidence_actor = CASE WHEN evidence_kind IS NULL THEN $6 ELSE evidence_actor END,
		evidence_at = CASE WHEN evidence_kind IS NULL THEN $5 ELSE evidence_at END,
		evidence_kind = CASE WHEN evidence_kind IS NULL THEN $4 ELSE evidence_kind END
		WHERE credential_id = $1 AND number = $2`)
	markCredentialUsed = statement(`UPDATE credentials SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`)
)

// evidenceColumns is evidence as three columns, NULL in the first where there is none.
type evidenceColumns struct {
	kind  *string
	at    time.Time
	actor string
}

func columnsOf(e *rotation.Evidence) evidenceColumns {
	if e == nil {
		return evidenceColumns{}
	}
	return evidenceColumns{kind: &e.Kind, at: e.At, actor: e.Actor}
}

func scanVersion(row scanner) (credentialID string, v rotation.Version, err error) {
	var e evidenceColumns
	err = row.Scan(&credentialID, &v.Number, &v.State, moment(&v.IssuedAt), moment(&v.CurrentSince), moment(&v.PreviousSince), moment(&v.Deadline),
		moment(&v.EndedAt), &v.EndedBy, &v.EndReason, &v.PromotedBy, &v.Forced, &e.kind, moment(&e.at), &e.actor, moment(&v.LastUsedAt), &v.RolledBack)
	if e.kind != nil {
		v.Evidence = &rotation.Evidence{Kind: *e.kind, At: e.at, Actor: e.actor}
	}
	return credentialID, v, err
}

// readVersions fills in the versions of one credential whose columns have been read.
func (tx *Tx) readVersions(ctx context.Context, id string, c *Credential) error {
	err := tx.each(ctx, selectVersions, []any{id, c.readFrom}, func(row scanner) error {
		_, v, err := scanVersion(row)
		c.Versions = append(c.Versions, v)
		return err
	})
	tx.remember(c)
	return err
}

// readVersionsOfPage fills in the versions of a page of credentials of one kind, ordered by id, with one query for all.
func (tx *Tx) readVersionsOfPage(ctx context.Context, scope Scope, kind string, ids []string, credential func(i int) *Credential) error {
	if len(ids) == 0 {
		return nil
	}
	index := make(map[string]int, len(ids))
	for i, id := range ids {
		index[id] = i
	}
	args := []any{scope.Tenant, scope.Environment, kind, ids[0], ids[len(ids)-1]}
	err := tx.each(ctx, selectVersionsOfPage, args, func(row scanner) error {
		id, v, err := scanVersion(row)
		if i, ok := index[id]; ok {
			c := credential(i)
			c.Versions = append(c.Versions, v)
		}
		return err
	})
	for i := range ids {
		tx.remember(credential(i))
	}
	return err
}

// remember keeps what the database has, apart from what the caller may change, for writeVersions to compare with.
func (tx *Tx) remember(c *Credential) {
	if tx.pool.readOnly {
		return
	}
	c.stored = slices.Clone(c.Versions)
	for i, v := range c.stored {
		if v.Evidence != nil {
			evidence := *v.Evidence
			c.stored[i].Evidence = &evidence
		}
	}
}

// writeVersions writes those versions that are not in the database as they are.
func (tx *Tx) writeVersions(ctx context.Context, id string, c *Credential) error {
	stored := make(map[int64]rotation.Version, len(c.stored))
	for _, v := range c.stored {
		stored[v.Number] = v
	}
	for _, v := range c.Versions {
		if was, ok := stored[v.Number]; ok && reflect.DeepEqual(was, v) {
			continue
		}
		e := columnsOf(v.Evidence)
		if _, err := tx.exec(ctx, writeVersion, id, v.Number, string(v.State), micros(v.IssuedAt), micros(v.CurrentSince), micros(v.PreviousSince),
			micros(v.Deadline), micros(v.EndedAt), v.EndedBy, v.EndReason, v.PromotedBy, truth(v.Forced), e.kind, micros(e.at), e.actor,
			micros(v.LastUsedAt), truth(v.RolledBack)); err != nil {
			return err
		}
	}
	tx.remember(c)
	return nil
}

// Versions returns the metadata of every version of a credential, ascending; none for a credential that is not there.
func (tx *Tx) Versions(ctx context.Context, scope Scope, credentialID string) ([]rotation.Version, error) {
	var versions []rotation.Version
	err := tx.each(ctx, selectAllVersions, []any{scope.Tenant, scope.Environment, credentialID}, func(row scanner) error {
		_, v, err := scanVersion(row)
		versions = append(versions, v)
		return err
	})
	return versions, failed("reading the versions of", "credential", credentialID, err)
}

// MarkUsed notes that a version was used, and the evidence that this gives, if any. Evidence that is there already stays, and the last
// use never moves back. The object's etag does not move.
func (tx *Tx) MarkUsed(ctx context.Context, credentialID string, number int64, at time.Time, evidence *rotation.Evidence) error {
	e := columnsOf(evidence)
	err := tx.execOne(ctx, markUsed, credentialID, number, micros(at), e.kind, micros(e.at), e.actor)
	if err == nil {
		_, err = tx.exec(ctx, markCredentialUsed, credentialID, micros(at))
	}
	return failed("noting a use of", "credential", credentialID, err)
}
