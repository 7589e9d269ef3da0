package store

import (
	"context"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Claim is what came with the create of an object, or with its adoption.
type Claim struct {
	Scope
	Kind          string
	ObjectID      string
	Number        int64  // 1 for the create; each adoption adds one
	Hash          []byte // keyed
	Digest        string // api.ClaimDigest; empty where an older build stored the claim
	Specification []byte // keyed: the body of the create may hold a secret that can be guessed
	RunID         string
	Principal     string
	Etag          int64 // of the object then
	CreatedAt     time.Time
	PresentedAt   time.Time // zero: no read has presented it

	SupersededAt  time.Time // zero: it counts
	SupersededBy  string
	SupersededRun string
}

const selectClaim = `SELECT c.tenant, c.environment, c.kind, c.object_id, c.number, c.claim_hash, c.specification,
	c.run_id, c.principal, c.etag, c.created_at, c.presented_at, c.superseded_at, c.superseded_by, c.superseded_run,
	c.digest FROM claims c `

var (
	currentClaim = statement(selectClaim + `WHERE c.tenant = $1 AND c.environment = $2 AND c.object_id = $3
		AND c.superseded_at = 0`)
	claimByHash = statement(selectClaim + `WHERE c.tenant = $1 AND c.environment = $2 AND c.object_id = $3
		AND c.claim_hash = $4`)
	claimsOfSpecification = statement(selectClaim + `WHERE c.tenant = $1 AND c.environment = $2
		AND c.specification = $3 AND c.presented_at = 0 AND c.superseded_at = 0 ORDER BY c.object_id`)
	insertClaim = statement(`INSERT INTO claims (tenant, environment, kind, object_id, number, claim_hash, specification,
		run_id, principal, etag, created_at, presented_at, superseded_at, superseded_by, superseded_run, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)
	updateClaim = statement(`UPDATE claims SET presented_at = $5, superseded_at = $6, superseded_by = $7,
		superseded_run = $8, digest = $9 WHERE tenant = $1 AND environment = $2 AND object_id = $3 AND number = $4`)
	// The name of an object is NULL where the object was deleted, or is deleting.
	orphans = statement(`SELECT kind, object_id, name, created_at, principal, run_id, number FROM (
		SELECT c.*, ` + nameOfObject() + ` AS name FROM claims c WHERE c.tenant = $1 AND c.environment = $2
			AND c.object_id > $3 AND c.presented_at = 0 AND c.superseded_at = 0 AND c.created_at <= $4) AS unclaimed
		WHERE name IS NOT NULL ORDER BY object_id LIMIT $5`)
)

// nameOfObject returns an expression for the name of the object that a claim c is for.
func nameOfObject() string {
	var b strings.Builder
	b.WriteString("CASE c.kind")
	for _, kind := range api.Kinds() {
		b.WriteString(` WHEN '` + kind.Path + `' THEN (SELECT o.name FROM ` + tableOf(kind.Path) + ` o
			WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id` + live(kind.Path) + `)`)
	}
	b.WriteString(" END")
	return b.String()
}

// forgetGone has a statement for each kind: it deletes claims of objects that were deleted.
var forgetGone = func() map[string]string {
	out := map[string]string{}
	for _, kind := range api.Kinds() {
		out[kind.Path] = statement(`DELETE FROM claims WHERE (tenant, environment, object_id, number) IN
			(SELECT c.tenant, c.environment, c.object_id, c.number FROM claims c
				WHERE c.kind = '` + kind.Path + `' AND c.created_at < $1 AND NOT EXISTS (SELECT 1 FROM ` + tableOf(kind.Path) + ` o
					WHERE o.tenant = c.tenant AND o.environment = c.environment AND o.id = c.object_id) LIMIT $2)`)
	}
	return out
}()

// etagOf has a statement for each kind.
var etagOf = func() map[string]string {
	out := map[string]string{}
	for _, kind := range api.Kinds() {
		out[kind.Path] = statement(`SELECT etag FROM ` + tableOf(kind.Path) + ` WHERE tenant = $1 AND environment = $2
			AND id = $3`)
	}
	return out
}()

func scanClaim(row scanner) (*Claim, error) {
	var c Claim
	return &c, row.Scan(&c.Tenant, &c.Environment, &c.Kind, &c.ObjectID, &c.Number, &c.Hash, &c.Specification,
		&c.RunID, &c.Principal, &c.Etag, column.Time(&c.CreatedAt), column.Time(&c.PresentedAt),
		column.Time(&c.SupersededAt), &c.SupersededBy, &c.SupersededRun, &c.Digest)
}

func (tx *Tx) claims(ctx context.Context, text string, args ...any) (found []*Claim, err error) {
	err = tx.each(ctx, text, args, func(row scanner) error {
		c, err := scanClaim(row)
		found = append(found, c)
		return err
	})
	return found, err
}

func (tx *Tx) claim(ctx context.Context, id, text string, args ...any) (*Claim, error) {
	found, err := tx.claims(ctx, text, args...)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, failed("reading", "a claim of", id, err)
	}
	return found[0], nil
}

// CurrentClaim returns the claim of an object that counts, or ErrNotFound.
func (tx *Tx) CurrentClaim(ctx context.Context, scope Scope, objectID string) (*Claim, error) {
	return tx.claim(ctx, objectID, currentClaim, scope.Tenant, scope.Environment, objectID)
}

// ClaimByHash returns the claim of an object that has a keyed hash, superseded or not.
func (tx *Tx) ClaimByHash(ctx context.Context, scope Scope, objectID string, hash []byte) (*Claim, error) {
	return tx.claim(ctx, objectID, claimByHash, scope.Tenant, scope.Environment, objectID, hash)
}

// UnpresentedClaims returns the claims of a specification that count and that no read has presented, in the order of
// their objects' ids.
func (tx *Tx) UnpresentedClaims(ctx context.Context, scope Scope, specification []byte) ([]*Claim, error) {
	found, err := tx.claims(ctx, claimsOfSpecification, scope.Tenant, scope.Environment, specification)
	return found, failed("listing", "claims", "", err)
}

// InsertClaim stores a new claim.
func (tx *Tx) InsertClaim(ctx context.Context, c *Claim) error {
	_, err := tx.exec(ctx, insertClaim, c.Tenant, c.Environment, c.Kind, c.ObjectID, c.Number, c.Hash, c.Specification,
		c.RunID, c.Principal, c.Etag, column.Micros(c.CreatedAt), column.Micros(c.PresentedAt),
		column.Micros(c.SupersededAt), c.SupersededBy, c.SupersededRun, c.Digest)
	return failed("storing", "a claim of", c.ObjectID, err)
}

// UpdateClaim stores what has become of a claim.
func (tx *Tx) UpdateClaim(ctx context.Context, c *Claim) error {
	err := tx.execOne(ctx, updateClaim, c.Tenant, c.Environment, c.ObjectID, c.Number, column.Micros(c.PresentedAt),
		column.Micros(c.SupersededAt), c.SupersededBy, c.SupersededRun, c.Digest)
	return failed("updating", "a claim of", c.ObjectID, err)
}

// ObjectEtag returns the etag that an object has now, or ErrNotFound.
func (tx *Tx) ObjectEtag(ctx context.Context, scope Scope, kind, id string) (etag int64, err error) {
	err = tx.one(ctx, etagOf[kind], []any{scope.Tenant, scope.Environment, id}, &etag)
	return etag, failed("reading", kind, id, err)
}

// Orphan is an object whose claim no read has presented.
type Orphan struct {
	Claim
	Name string
}

// Orphans reads a page of the objects whose claims were made at a time or before and that no read has presented, in
// ascending order of ids.
func (tx *Tx) Orphans(ctx context.Context, scope Scope, until time.Time, l List) (found []*Orphan, err error) {
	args := []any{scope.Tenant, scope.Environment, l.After, column.Micros(until), l.Limit}
	err = tx.each(ctx, orphans, args, func(row scanner) error {
		o := &Orphan{Claim: Claim{Scope: scope}}
		found = append(found, o)
		return row.Scan(&o.Kind, &o.ObjectID, &o.Name, column.Time(&o.CreatedAt), &o.Principal, &o.RunID, &o.Number)
	})
	return found, failed("listing", "orphans", "", err)
}

// ForgetClaimsOfDeleted deletes at most limit claims of objects of a kind that do not exist any more, and returns their
// number.
func (tx *Tx) ForgetClaimsOfDeleted(ctx context.Context, kind string, before time.Time, limit int) (int64, error) {
	n, err := tx.exec(ctx, forgetGone[kind], column.Micros(before), limit)
	return n, failed("forgetting", "claims of deleted "+kind, "", err)
}
