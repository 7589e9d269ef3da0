package rotate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const (
	keyEtag  = "etag"
	keyHold  = "hold"
	keyProbe = "probe"

	keyQuarantine = "quarantine"

	keyRevoked  = "revoked_secrets"
	keyVersions = "valid_versions"
)

// Notes is what the private state keeps from a read to the next apply.
type Notes struct {
	Etag string // the etag that a step must meet; where it is empty, a step is refused until a refresh
	Hold *api.Hold
	// Quarantine is what the versions are refused for.
	Quarantine *api.Quarantine
	Probe      *api.Probe          // the last probe of the receiver
	Revoked    []api.RevokedSecret // the supplied values that were revoked
	// Versions are the valid versions and their use. They move by themselves, so they are in no attribute.
	Versions []api.ValidVersion
}

// Store stores the notes.
func (n Notes) Store(ctx context.Context, private tfkit.PrivateWriter, diags *diag.Diagnostics) {
	tfkit.StorePrivate(ctx, private, keyEtag, &n.Etag, diags)
	tfkit.StorePrivate(ctx, private, keyHold, n.Hold, diags)
	tfkit.StorePrivate(ctx, private, keyQuarantine, n.Quarantine, diags)
	tfkit.StorePrivate(ctx, private, keyProbe, n.Probe, diags)
	tfkit.StorePrivate(ctx, private, keyRevoked, &n.Revoked, diags)
	versions := &n.Versions
	if len(n.Versions) < 2 {
		versions = nil // one version is not compared with another, and its use would change the state in every apply
	}
	tfkit.StorePrivate(ctx, private, keyVersions, versions, diags)
}

// LoadNotes reads the notes.
func LoadNotes(ctx context.Context, private tfkit.PrivateReader, diags *diag.Diagnostics) Notes {
	n := Notes{
		Hold:       tfkit.LoadPrivate[api.Hold](ctx, private, keyHold, diags),
		Quarantine: tfkit.LoadPrivate[api.Quarantine](ctx, private, keyQuarantine, diags),
		Probe:      tfkit.LoadPrivate[api.Probe](ctx, private, keyProbe, diags),
	}
	if etag := tfkit.LoadPrivate[string](ctx, private, keyEtag, diags); etag != nil {
		n.Etag = *etag
	}
	if revoked := tfkit.LoadPrivate[[]api.RevokedSecret](ctx, private, keyRevoked, diags); revoked != nil {
		n.Revoked = *revoked
	}
	if versions := tfkit.LoadPrivate[[]api.ValidVersion](ctx, private, keyVersions, diags); versions != nil {
		n.Versions = *versions
	}
	return n
}
