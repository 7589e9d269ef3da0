package store

import "context"

// ListedClaim is the claim of an object as a list shows it. The keyed hash of its row is not checked: who decides by
// the claim reads the object itself.
type ListedClaim struct {
	Digest    string
	Presented bool
}

// claimsOfPage finds the claims of the objects of one kind by their ids: these begin with a prefix of the kind.
var claimsOfPage = statement(`SELECT object_id, digest, presented_at > 0, superseded_at > 0 FROM claims
	WHERE tenant = $1 AND environment = $2 AND object_id >= $3 AND object_id <= $4`)

// objectsOf returns the common part of the objects of a page.
func objectsOf[T any](page []*T) []*Object {
	out := make([]*Object, 0, len(page))
	for _, o := range page {
		if embeds, ok := any(o).(interface{ object() *Object }); ok {
			out = append(out, embeds.object())
		}
	}
	return out
}

// readClaimsOfPage reads the claims of a page with one query. An object that was adopted has a claim that does not
// count any more; it then has one here even where an older build has forgotten the claim that counts.
func (tx *Tx) readClaimsOfPage(ctx context.Context, scope Scope, page []*Object) error {
	if len(page) == 0 {
		return nil
	}
	byID := make(map[string]*Object, len(page))
	for _, o := range page {
		byID[o.ID] = o
	}
	args := []any{scope.Tenant, scope.Environment, page[0].ID, page[len(page)-1].ID}
	return tx.each(ctx, claimsOfPage, args, func(row scanner) error {
		var id, digest string
		var presented, superseded bool
		if err := row.Scan(&id, &digest, &presented, &superseded); err != nil {
			return err
		}
		o := byID[id]
		switch {
		case o == nil:
		case !superseded:
			o.Claim = &ListedClaim{Digest: digest, Presented: presented}
		case o.Claim == nil:
			o.Claim = &ListedClaim{Presented: true}
		}
		return nil
	})
}
