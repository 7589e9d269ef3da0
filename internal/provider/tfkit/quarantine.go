package tfkit

import (
	"fmt"
	"strings"
	"time"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Quarantine is the attribute `quarantine` of a data source; nil where there is none.
type Quarantine struct {
	Reason   types.String  `tfsdk:"reason"`
	At       types.String  `tfsdk:"at"`
	Until    types.String  `tfsdk:"until"`
	By       types.String  `tfsdk:"by"`
	ByName   types.String  `tfsdk:"by_name"`
	Versions []types.Int64 `tfsdk:"versions"`
}

// FlattenQuarantine converts a quarantine; nil stays nil.
func FlattenQuarantine(q *api.Quarantine) *Quarantine {
	if q == nil {
		return nil
	}
	versions := make([]types.Int64, len(q.Versions))
	for i, v := range q.Versions {
		versions[i] = types.Int64Value(v)
	}
	return &Quarantine{
		Reason: types.StringValue(q.Reason), At: TimeValue(&q.At), Until: TimeValue(&q.Until),
		By: types.StringValue(q.By), ByName: types.StringValue(q.ByName), Versions: versions,
	}
}

// DataQuarantine is the schema of the attribute `quarantine` in a data source.
func DataQuarantine() datasource.SingleNestedAttribute {
	text := func(s string) datasource.StringAttribute {
		return datasource.StringAttribute{Computed: true, MarkdownDescription: s}
	}
	return datasource.SingleNestedAttribute{
		Computed: true,
		MarkdownDescription: "Set while its versions are refused at every use. The data source warns of it. Null " +
			"otherwise.",
		Attributes: map[string]datasource.Attribute{
			"reason":  text("Why."),
			"at":      text("Since when (RFC 3339, UTC)."),
			"until":   text("When what it covers is revoked, unless it is released before (RFC 3339, UTC)."),
			"by":      text("The id of the principal that did it, or `platform`."),
			"by_name": text("The name of that principal. Empty for what is no principal."),
			"versions": datasource.ListAttribute{
				Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "The versions that are refused. Empty where newer ones have replaced them.",
			},
		},
	}
}

// WarnQuarantine warns of a quarantine. It is for Read: every plan that refreshes shows it, and it changes no plan.
func WarnQuarantine(kind api.Kind, id, name string, q *api.Quarantine, diags *diag.Diagnostics) {
	if q == nil {
		return
	}
	object := fmt.Sprintf("%s %q", Capital(kind.Singular), name)
	since := fmt.Sprintf("Since %s, by %s: %s.", q.At.UTC().Format(time.RFC3339), api.Actor(q.By, q.ByName), q.Reason)
	release := fmt.Sprintf("To release it, as who set it or with the role security: quickconnect release-quarantine "+
		"%s %s --reason REASON (POST %s). Terraform never does.", strings.ReplaceAll(kind.Singular, " ", "-"), name,
		kind.Route(id, "release-quarantine"))
	if len(q.Versions) == 0 {
		diags.AddWarning(object+" was put in quarantine", fmt.Sprintf("%s Newer versions have replaced those that it "+
			"covers, and are accepted. No rotation begins before it ends, at %s. %s", since,
			q.Until.UTC().Format(time.RFC3339), release))
		return
	}
	replace := "To replace it, raise minimum_version to next_version: the new version is accepted at once."
	if kind.Path == api.KindConnectors {
		replace = "To replace them, configure new credentials: they are handed out at once."
	}
	diags.AddWarning(object+" is in quarantine", fmt.Sprintf("%s What it has now is refused at every use, and is revoked "+
		"at %s unless the quarantine is released before. No rotation step is planned. %s %s", since,
		q.Until.UTC().Format(time.RFC3339), replace, release))
}

// WarnUnused warns of a quarantine that comes because nobody uses an object. lastUsed is nil where it is not shown, or
// where it was never used. It is for Read, as WarnQuarantine is.
func WarnUnused(kind api.Kind, name string, at, lastUsed *time.Time, diags *diag.Diagnostics) {
	if at == nil {
		return
	}
	what, last := "it", ""
	if kind.Path == api.KindConnectors {
		what = "its credentials"
	} else if last = "It was never used. "; lastUsed != nil {
		last = "It was last used at " + lastUsed.UTC().Format(time.RFC3339) + ". "
	}
	diags.AddWarning(
		fmt.Sprintf("%s %q is not used, and comes into quarantine", Capital(kind.Singular), name),
		fmt.Sprintf("%sAt %s the platform puts %s in quarantine, as max_unused of the environment policy or unused_expiry "+
			"of the token says: what it has now is refused then, and is revoked when the quarantine ends. A use before that "+
			"time ends this. If nobody needs it, remove it.", last, at.UTC().Format(time.RFC3339), what))
}
