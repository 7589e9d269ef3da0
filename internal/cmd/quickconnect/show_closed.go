package main

import (
	"context"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// showClosed shows what is left of a credential that does not exist any more. The answer to whether it exists is no.
// notFound is what the platform said of it.
func (s *session) showClosed(ctx context.Context, t target, notFound error) error {
	if !slices.Contains(api.TombstoneKinds(), t.kind.Path) {
		return notFound
	}
	left, err := s.client.Tombstones(ctx, client.TombstoneFilter{Kind: t.kind.Path, Name: t.name})
	if err != nil {
		return err
	}
	if t.id != "" {
		left = slices.DeleteFunc(left, func(b api.Tombstone) bool { return b.ID != t.id })
	}
	if len(left) == 0 {
		return notFound
	}
	// A name may have been closed more than once. The newest one is meant; the others are named by their ids.
	last := slices.MaxFunc(left, func(a, b api.Tombstone) int { return a.ClosedAt.Compare(b.ClosedAt) })
	by := last.ClosedByName
	if by == "" {
		by = last.ClosedBy
	}
	var others table
	others.head = []string{"CLOSED BEFORE UNDER THIS NAME", "OWNER", "CLOSED"}
	for _, b := range left {
		if b.ID != last.ID {
			others.add(b.ID, b.Owner, moment(b.ClosedAt))
		}
	}
	on, version := last.ConnectorName, ""
	if t.kind == api.Connectors {
		on = "" // its own name
	}
	if last.LastNumber > 0 { // a connector may never have had credentials
		version = number(last.LastNumber)
	}
	err = s.out.object(left, []field{
		{"kind", t.kind.Singular},
		{"id", last.ID},
		{"name", last.Name},
		{"owner", last.Owner},
		{"tenant", last.Tenant},
		{"environment", last.Environment},
		{"connector", on},
		{"created at", moment(last.CreatedAt)},
		{"closed at", moment(last.ClosedAt)},
		{"closed by", by},
		{"last version", version},
	}, others)
	if err != nil {
		return err
	}
	return noChangef("the %s %s was closed at %s: its values are destroyed; quickconnect audit %s shows its history",
		t.kind.Singular, last.Name, moment(last.ClosedAt), last.ID)
}
