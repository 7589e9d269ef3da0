package client

import (
	"context"
	"net/http"
	"sync"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// firstReads is how many reads of a kind are single, besides one for each page that the kind has: a list costs no more
// than the single reads before it, so a configuration of few objects never reads the pages of many.
const firstReads = 3

// refresh is what the reads of one refresh share. It belongs to one client of one identity, so that one endpoint, one
// tenant, one environment and one principal are behind all that it holds. Nil shares nothing.
type refresh struct {
	objects map[string]int64 // of each kind; nil for a platform that does not say, whose lists lack the claims too
	writes  *writes
	claims  *presenter

	mu    sync.Mutex
	kinds map[string]any // *reads of the kind's type
}

func newRefresh(objects map[string]int64, w *writes, claims *presenter) *refresh {
	return &refresh{objects: objects, writes: w, claims: claims, kinds: map[string]any{}}
}

// readsOf returns the reads of a kind.
func readsOf[T object](f *refresh, kind api.Kind) *reads[T] {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, ok := f.kinds[kind.Path].(*reads[T])
	if !ok {
		pages := max(1, (f.objects[kind.Path]+api.PageSize-1)/api.PageSize)
		known = newReads[T](firstReads+int(pages), f.writes)
		f.kinds[kind.Path] = known
	}
	return known
}

// refreshed reads one object, for a refresh: from a list that the reads of this refresh share, or by itself. claim is
// the claim of the object's create, which may be empty.
func refreshed[T object](ctx context.Context, c *Client, kind api.Kind, id, claim string) (*T, error) {
	single := func() (*T, error) { return getClaimed[T](ctx, c, kind, id, claim) }
	if c.refresh == nil || c.refresh.objects == nil || !IsID(id) {
		return single()
	}
	pages := func(ctx context.Context, visit func([]T)) error { return walkPages(ctx, c, kind, visit) }
	found := readsOf[T](c.refresh, kind).read(ctx, id, pages)
	if found == nil || !c.refresh.counts(ctx, claim, (*found).AsObject()) {
		return single()
	}
	return found, nil
}

// walkPages reads every object of a kind, page by page.
func walkPages[T object](ctx context.Context, c *Client, kind api.Kind, visit func([]T)) error {
	r := &request{
		method: http.MethodGet, route: kind.Route(), query: largePages(),
		op: "list", object: "the " + kind.Plural, permission: api.PermissionRead, about: about{kind: kind},
	}
	_, err := eachPage(ctx, c, r, func(items []T) (more bool, err error) {
		for i := range items {
			if err := c.checkObject(r, items[i].AsObject()); err != nil {
				return false, err
			}
		}
		visit(items)
		return true, nil
	})
	return err
}

// counts reports whether a list says that the claim of a state counts, or that nothing speaks against it. A read of the
// object itself tells what is wrong with any other claim. A claim that the platform has not seen is presented later.
func (f *refresh) counts(ctx context.Context, claim string, o api.Object) bool {
	switch {
	case claim == "" || o.Claim == nil:
		return true
	case o.Claim.Digest != api.ClaimDigest(o.ID, claim):
		return false
	case !o.Claim.Presented:
		f.claims.add(ctx, api.PresentedClaim{ID: o.ID, Claim: claim})
	}
	return true
}

// Flush presents the claims that wait, and returns when the platform has them, or when the context ends: the reads of
// the next refresh then present what is left. No read follows it.
func (c *Client) Flush(ctx context.Context) {
	if c.refresh != nil {
		c.refresh.claims.flush(ctx)
	}
}
