package lifecycle

import (
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// flattenUses shows the uses of a version that has these scopes. nameOf returns the name of an actor.
func flattenUses(s *uses.Summary, scopes []string, complete bool, nameOf func(string) string) api.VersionUses {
	out := api.VersionUses{
		FirstAt: httpapi.UTC(s.First), LastAt: httpapi.UTC(s.Last), Count: s.Count, UnusedScopes: UnusedScopes(s, scopes),
		WithoutScope: s.Unscoped, Others: api.OtherUses(s.Others), Complete: complete,
		Networks: []api.NetworkUse{}, Consumers: FlattenConsumers(s, nameOf), Scopes: []api.ScopeUse{},
	}
	for _, k := range s.Networks.Keys() {
		n := s.Networks[k]
		out.Networks = append(out.Networks, api.NetworkUse{
			Network: k.String(), FirstAt: n.First.UTC(), LastAt: n.Last.UTC(), Count: n.Count,
		})
	}
	for _, k := range s.Scopes.Keys() {
		c := s.Scopes[k]
		out.Scopes = append(out.Scopes, api.ScopeUse{
			Scope: k, FirstAt: c.First.UTC(), LastAt: c.Last.UTC(), Count: c.Count,
		})
	}
	return out
}

// FlattenConsumers shows who used a version. nameOf returns the name of an actor.
func FlattenConsumers(s *uses.Summary, nameOf func(string) string) []api.ConsumerUse {
	out := []api.ConsumerUse{}
	for _, k := range s.Consumers.Keys() {
		c := s.Consumers[k]
		out = append(out, api.ConsumerUse{
			How: k.How, Actor: k.Actor, ActorName: nameOf(k.Actor), Consumer: k.Name, UserAgent: k.UserAgent,
			OpenedBy: k.OpenedBy, FirstAt: c.First.UTC(), LastAt: c.Last.UTC(), Count: c.Count,
		})
	}
	return out
}

// UnusedScopes returns the scopes for which no use asked; nil where no use said what it was for. A wildcard is used
// where anything was asked for that it covers.
func UnusedScopes(s *uses.Summary, scopes []string) []string {
	if len(s.Scopes) == 0 || scopes == nil {
		return nil
	}
	asked := s.Scopes.Keys()
	out := []string{}
	for _, granted := range scopes {
		if !slices.ContainsFunc(asked, func(a string) bool { return api.ScopeAllowed(a, []string{granted}) }) {
			out = append(out, granted)
		}
	}
	slices.Sort(out)
	return out
}
