package inventory

import (
	"context"
	"maps"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// facts are what other tables have about the subjects of a page, by their ids. Each is read for the whole page at once:
// what the inventory shows besides belongs here.
type facts struct {
	used       map[string]credentials.Used
	names      map[string]string // of those who used them
	reuse      map[string]store.Reuse
	exemptions map[string][]store.GuardrailExemption
}

// gather reads the facts about subjects in the order of their ids.
func (h *Handler) gather(ctx context.Context, tx *txn.Tx, page []*subject) (f facts, err error) {
	var versioned []credentials.Parts
	var ids []string
	byKind := map[string][]string{}
	for _, s := range page {
		ids = append(ids, s.object.ID)
		byKind[s.kind] = append(byKind[s.kind], s.object.ID)
		if s.versioned {
			versioned = append(versioned, s.parts())
		}
	}
	if f.used, err = credentials.UsesOfPage(ctx, tx, h.engine, versioned); err != nil {
		return f, err
	}
	if f.names, err = namesOfConsumers(ctx, tx, versioned, f.used); err != nil {
		return f, err
	}
	if f.reuse, err = reuseOf(ctx, tx, ids); err != nil {
		return f, err
	}
	f.exemptions = map[string][]store.GuardrailExemption{}
	for _, kind := range api.InventoryKinds() {
		some, err := tx.ExemptionsOfPage(ctx, tx.Scope, kind, byKind[kind], tx.Now)
		if err != nil {
			return f, err
		}
		maps.Copy(f.exemptions, some)
	}
	return f, nil
}

// reuseOf returns which objects share a value with another one. Of other environments of the tenant it says something
// only to who may write or contain, as a check of a value does.
func reuseOf(ctx context.Context, tx *txn.Tx, ids []string) (map[string]store.Reuse, error) {
	found, err := tx.ReuseOfPage(ctx, tx.Scope, ids)
	caller := access.From(ctx)
	if caller.May(api.PermissionWrite) || caller.May(api.PermissionContain) {
		return found, err
	}
	maps.DeleteFunc(found, func(_ string, r store.Reuse) bool { return r.Other.ID == "" })
	return found, err
}

// namesOfConsumers returns the names of the principals and workload identities that used credentials.
func namesOfConsumers(
	ctx context.Context, tx *txn.Tx, page []credentials.Parts, used map[string]credentials.Used,
) (map[string]string, error) {
	actors := map[string]bool{}
	for _, p := range page {
		for _, v := range p.Credential.Versions {
			if !v.State.Valid() {
				continue
			}
			sum, _ := used[p.Object.ID].Of(v, tx.Now)
			for _, by := range consumersOf(sum) {
				actors[by.Actor] = true
			}
		}
	}
	return tx.ActorNames(ctx, tx.Scope, slices.Sorted(maps.Keys(actors)))
}

// consumersOf lists who used a version; none for one without uses.
func consumersOf(sum *uses.Summary) []uses.Consumer {
	if sum == nil {
		return nil
	}
	return sum.Consumers.Keys()
}
