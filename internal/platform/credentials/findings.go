package credentials

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/finding"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// FlattenFindings shows the open findings of an object.
func FlattenFindings(all []store.OpenFindings) []api.OpenFinding {
	out := []api.OpenFinding{}
	for _, of := range all {
		f := of.Newest
		out = append(out, api.OpenFinding{
			Finding: f.Finding, Open: of.Open, ID: f.ID, Version: f.Version, LastSeenAt: f.LastSeen.UTC(), Action: f.Action,
			Summary: finding.Summary(f.Finding, f.Version, f.Evidence), Advice: finding.Advice(f.Finding),
		})
	}
	return out
}
