package store

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// noteColumns is an optional note (a hold, evidence, why an endpoint is disabled) in three columns. The first one is
// NULL if there is no note.
type noteColumns struct {
	what *string
	at   time.Time
	by   string

	byName string // of a principal; read and never written
}

const versionColumns = `v.credential_id, v.number, v.state, v.issued_at, v.current_since, v.previous_since, v.deadline,
	v.ended_at, v.ended_by, v.end_reason, v.promoted_by, v.forced, v.evidence_kind, v.evidence_at, v.evidence_actor,
	v.last_used_at, v.rolled_back, v.bounded`

var (
	selectVersions = statement(`SELECT ` + versionColumns + ` FROM versions v
		WHERE v.credential_id = $1 AND v.number >= $2 ORDER BY v.number`)
	selectVersionsOfPage = statement(`SELECT ` + versionColumns + `
		FROM credentials c JOIN versions v ON v.credential_id = c.id AND v.number >= c.read_from
		WHERE c.tenant = $1 AND c.environment = $2 AND c.kind = $3 AND c.id >= $4 AND c.id <= $5
		ORDER BY c.id, v.number`)
	selectAllVersions = statement(`SELECT ` + versionColumns + `
		FROM credentials c JOIN versions v ON v.credential_id = c.id
		WHERE c.tenant = $1 AND c.environment = $2 AND c.id = $3 ORDER BY v.number`)
	// A use may be recorded between the read and the write of an update, so last_used_at never decreases.
	writeVersion = statement(`INSERT INTO versions (credential_id, number, state, issued_at, current_since,
		previous_since, deadline, ended_at, ended_by, end_reason, promoted_by, forced, evidence_kind, evidence_at,
		evidence_actor, last_used_at, rolled_back, bounded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (credential_id, number) DO UPDATE SET state = excluded.state, issued_at = excluded.issued_at,
		current_since = excluded.current_since, previous_since = excluded.previous_since,
		deadline = excluded.deadline, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
		end_reason = excluded.end_reason, promoted_by = excluded.promoted_by, forced = excluded.forced,
		evidence_kind = excluded.evidence_kind, evidence_at = excluded.evidence_at,
		evidence_actor = excluded.evidence_actor, rolled_back = excluded.rolled_back, bounded = excluded.bounded,
		last_used_at = CASE WHEN excluded.last_used_at > versions.last_used_at THEN excluded.last_used_at
		ELSE versions.last_used_at END`)
	markUsed = statement(`UPDATE versions SET last_used_at = CASE WHEN last_used_at < $3 THEN $3 ELSE last_used_at END,
		evidence_actor = CASE WHEN evidence_kind IS NULL THEN $6 ELSE evidence_actor END,
		evidence_at = CASE WHEN evidence_kind IS NULL THEN $5 ELSE evidence_at END,
		evidence_kind = CASE WHEN evidence_kind IS NULL THEN $4 ELSE evidence_kind END
		WHERE credential_id = $1 AND number = $2`)
	// The same for a use that is no evidence.
	markUsedAlone = statement(`UPDATE versions SET last_used_at = $3
		WHERE credential_id = $1 AND number = $2 AND last_used_at < $3`)
	markCredentialUsed = statement(`UPDATE credentials SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`)
)

func evidenceColumns(e *rotation.Evidence) noteColumns {
	if e == nil {
		return noteColumns{}
	}
	return noteColumns{what: &e.Kind, at: e.At, by: e.Actor}
}

func scanVersion(row scanner) (credentialID string, v rotation.Version, err error) {
	var e noteColumns
	err = row.Scan(&credentialID, &v.Number, &v.State, column.Time(&v.IssuedAt), column.Time(&v.CurrentSince),
		column.Time(&v.PreviousSince), column.Time(&v.Deadline), column.Time(&v.EndedAt), &v.EndedBy, &v.EndReason,
		&v.PromotedBy, &v.Forced, &e.what, column.Time(&e.at), &e.by, column.Time(&v.LastUsedAt), &v.RolledBack, &v.Bounded)
	if e.what != nil {
		v.Evidence = &rotation.Evidence{Kind: *e.what, At: e.at, Actor: e.by}
	}
	return credentialID, v, err
}

// readParts reads the versions and the findings of one credential, whose own columns were read.
func (tx *Tx) readParts(ctx context.Context, scope Scope, id string, c *Credential) error {
	if err := tx.readVersions(ctx, id, c); err != nil {
		return err
	}
	return tx.readFindings(ctx, scope, map[string]*Credential{id: c})
}

// readVersions reads the versions of one credential, whose own columns were read.
func (tx *Tx) readVersions(ctx context.Context, id string, c *Credential) error {
	err := tx.each(ctx, selectVersions, []any{id, c.readFrom}, func(row scanner) error {
		_, v, err := scanVersion(row)
		c.Versions = append(c.Versions, v)
		return err
	})
	tx.remember(c)
	return err
}

// readPartsOfPage reads the versions and the findings of a page of credentials of one kind with one query each. The
// page is not empty.
func (tx *Tx) readPartsOfPage(ctx context.Context, scope Scope, kind string, byID map[string]*Credential) error {
	ids := slices.Sorted(maps.Keys(byID))
	args := []any{scope.Tenant, scope.Environment, kind, ids[0], ids[len(ids)-1]}
	err := tx.each(ctx, selectVersionsOfPage, args, func(row scanner) error {
		id, v, err := scanVersion(row)
		if c, ok := byID[id]; ok {
			c.Versions = append(c.Versions, v)
		}
		return err
	})
	for _, c := range byID {
		tx.remember(c)
	}
	if err != nil {
		return err
	}
	return tx.readFindings(ctx, scope, byID)
}

// remember copies the versions that the database has, for writeVersions to compare with. Only an Update needs them.
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

// writeVersions writes the versions that differ from those in the database.
func (tx *Tx) writeVersions(ctx context.Context, id string, c *Credential) error {
	stored := make(map[int64]rotation.Version, len(c.stored))
	for _, v := range c.stored {
		stored[v.Number] = v
	}
	for _, v := range c.Versions {
		if was, ok := stored[v.Number]; ok && reflect.DeepEqual(was, v) {
			continue
		}
		e := evidenceColumns(v.Evidence)
		if _, err := tx.exec(ctx, writeVersion, id, v.Number, string(v.State), column.Micros(v.IssuedAt),
			column.Micros(v.CurrentSince), column.Micros(v.PreviousSince), column.Micros(v.Deadline),
			column.Micros(v.EndedAt), v.EndedBy, v.EndReason, v.PromotedBy, column.Bool(v.Forced), e.what,
			column.Micros(e.at), e.by, column.Micros(v.LastUsedAt), column.Bool(v.RolledBack),
			column.Bool(v.Bounded)); err != nil {
			return err
		}
	}
	tx.remember(c)
	return nil
}

// Versions returns the metadata of every version of a credential, ascending. It returns none if the credential does not
// exist.
func (tx *Tx) Versions(ctx context.Context, scope Scope, credentialID string) ([]rotation.Version, error) {
	var versions []rotation.Version
	args := []any{scope.Tenant, scope.Environment, credentialID}
	err := tx.each(ctx, selectAllVersions, args, func(row scanner) error {
		_, v, err := scanVersion(row)
		versions = append(versions, v)
		return err
	})
	return versions, failed("reading the versions of", "credential", credentialID, err)
}

// MarkUsed records a use of a version of a credential, and evidence if the use gives any. It keeps evidence that is
// recorded, never moves the last use back, and does not change the object's etag.
func (tx *Tx) MarkUsed(ctx context.Context, id string, number int64, at time.Time, evidence *rotation.Evidence) error {
	e := evidenceColumns(evidence)
	err := tx.execOne(ctx, markUsed, id, number, column.Micros(at), e.what, column.Micros(e.at), e.by)
	if err == nil {
		_, err = tx.exec(ctx, markCredentialUsed, id, column.Micros(at))
	}
	return failed("recording a use of", "credential", id, err)
}

// MarkUsedAlone is MarkUsed for a use that is no evidence. It does nothing where the version is gone.
func (tx *Tx) MarkUsedAlone(ctx context.Context, id string, number int64, at time.Time) error {
	_, err := tx.exec(ctx, markUsedAlone, id, number, column.Micros(at))
	if err == nil {
		_, err = tx.exec(ctx, markCredentialUsed, id, column.Micros(at))
	}
	return failed("recording a use of", "credential", id, err)
}
