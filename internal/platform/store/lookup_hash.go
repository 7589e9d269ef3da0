package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// HashRange is the keyed hashes of one lookup key: those of a length, from the first bytes, and before other ones.
type HashRange struct {
	Length      int
	From, Below []byte
}

// HashUses counts what is found by keyed hashes.
type HashUses struct {
	Principals, EndedPrincipals int64
	Values, EndedValues         int64
	// AccessTokens are those that are live. What has ended is not counted: its row goes after a day.
	AccessTokens int64
}

// These read whole tables, for an operator: they are prepared where they are used.
const (
	countLivePrincipals = `SELECT COUNT(*) FROM principals WHERE length(token_hash) = $1 AND token_hash >= $2
		AND token_hash < $3 AND ended_at = 0 AND (expires_at = 0 OR expires_at > $4)`
	countPrincipals = `SELECT COUNT(*) FROM principals WHERE length(token_hash) = $1 AND token_hash >= $2
		AND token_hash < $3`
	countLiveAccessTokens = `SELECT COUNT(*) FROM access_tokens WHERE length(lookup_hash) = $1 AND lookup_hash >= $2
		AND lookup_hash < $3 AND ended_at = 0 AND expires_at > $4`
	countHashesOfValues = `SELECT COUNT(*) FROM value_hashes h JOIN secrets s ON s.credential_id = h.credential_id
		AND s.number = h.number WHERE length(h.hash) = $1 AND h.hash >= $2 AND h.hash < $3`
	countValueHashes = `SELECT COUNT(*) FROM value_hashes WHERE length(hash) = $1 AND hash >= $2 AND hash < $3`

	olderValueHashes = `SELECT c.tenant, c.environment, c.kind, s.credential_id, s.number, s.sealed FROM secrets s
		JOIN credentials c ON c.id = s.credential_id
		JOIN value_hashes h ON h.credential_id = s.credential_id AND h.number = s.number
		WHERE (length(h.hash) < $1 OR h.hash < $2) AND (s.credential_id, s.number) > ($3, $4)
		ORDER BY s.credential_id, s.number LIMIT $5`
	countOlderValueHashes = `SELECT COUNT(*) FROM value_hashes h JOIN secrets s ON s.credential_id = h.credential_id
		AND s.number = h.number WHERE length(h.hash) < $1 OR h.hash < $2`
)

var (
	setLookupHash = statement(`UPDATE secrets SET lookup_hash = $3, mac = $4 WHERE credential_id = $1 AND number = $2
		AND lookup_hash IS NOT NULL`)
	setValueHash = statement(`UPDATE value_hashes SET hash = $3 WHERE credential_id = $1 AND number = $2`)
)

// HashUses counts what is found by the hashes of one lookup key.
func (tx *Tx) HashUses(ctx context.Context, r HashRange, now time.Time) (u HashUses, err error) {
	in := []any{r.Length, r.From, r.Below}
	if err = tx.one(ctx, countLivePrincipals, append(in[:3:3], column.Micros(now)), &u.Principals); err == nil {
		err = tx.one(ctx, countPrincipals, in, &u.EndedPrincipals)
	}
	if err == nil {
		err = tx.one(ctx, countLiveAccessTokens, append(in[:3:3], column.Micros(now)), &u.AccessTokens)
	}
	if err == nil {
		err = tx.one(ctx, countHashesOfValues, in, &u.Values)
	}
	if err == nil {
		err = tx.one(ctx, countValueHashes, in, &u.EndedValues)
	}
	u.EndedPrincipals -= u.Principals
	u.EndedValues -= u.Values
	return u, failed("counting", "keyed hashes", "", err)
}

// OlderHashes returns at most limit sealed values that are found by a hash of an older lookup key, after another one:
// by a shorter hash than those of this key, or by one whose bytes come before them.
func (tx *Tx) OlderHashes(
	ctx context.Context, r HashRange, after SealedVersion, limit int,
) (found []SealedVersion, err error) {
	args := []any{r.Length, r.From, after.ID, after.Number, limit}
	err = tx.each(ctx, olderValueHashes, args, func(row scanner) error {
		var v SealedVersion
		err := row.Scan(&v.Scope.Tenant, &v.Scope.Environment, &v.Kind, &v.ID, &v.Number, &v.Value)
		found = append(found, v)
		return err
	})
	return found, failed("looking for", "older keyed hashes", "", err)
}

// CountOlderHashes counts what OlderHashes returns.
func (tx *Tx) CountOlderHashes(ctx context.Context, r HashRange) (n int64, err error) {
	err = tx.one(ctx, countOlderValueHashes, []any{r.Length, r.From}, &n)
	return n, failed("counting", "older keyed hashes", "", err)
}

// SetHash stores the keyed hash that a value is found by, and the keyed hash that its row has with it.
func (tx *Tx) SetHash(ctx context.Context, id string, number int64, hash, mac []byte) error {
	_, err := tx.exec(ctx, setLookupHash, id, number, hash, mac)
	if err == nil {
		err = tx.execOne(ctx, setValueHash, id, number, hash)
	}
	return failed("storing the keyed hash of", "credential", id, err)
}
