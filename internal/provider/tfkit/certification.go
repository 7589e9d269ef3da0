package tfkit

import (
	"fmt"
	"time"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// CertifiedUntil is the attribute `certified_until` of everything that has a secret.
func CertifiedUntil(kind api.Kind) schema.StringAttribute {
	return schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{StringCheck("a date (RFC 3339)", api.CheckDate)},
		PlanModifiers: []planmodifier.String{SameMeaning("Dates that mean the same moment are no difference.",
			api.SameInstant)},
		MarkdownDescription: "Until when its owner has certified that the " + kind.Singular + " is still needed (RFC 3339, " +
			"such as `2027-01-31T12:00:00Z`). From then on every plan warns, and the inventory lists it; nothing ends, and " +
			"the exit code stays 0. To renew it, ask the owner, and set a later date: it is changed in place, and no version " +
			"changes. A date in the past is taken, and warned of at once. A malformed date is an error in the plan. " +
			"Default: none; then nothing is certified, and nothing warns.",
	}
}

// DataCertifiedUntil is the attribute `certified_until` of a data source.
func DataCertifiedUntil() datasource.StringAttribute {
	return datasource.StringAttribute{
		Computed: true,
		MarkdownDescription: "Until when its owner has certified that it is still needed (RFC 3339); null where nobody " +
			"has. Nothing ends then.",
	}
}

// AsWritten is a date of the platform, spelled as the state or the plan has it where that means the same moment.
func AsWritten(given *string, written types.String) types.String {
	if given != nil && !written.IsNull() && !written.IsUnknown() && api.SameInstant(*given, written.ValueString()) {
		return written
	}
	return types.StringPointerValue(given)
}

// WarnCertification warns of a certification that has ended, which the platform decides by its clock. It is for Read:
// every plan that refreshes shows it, and it changes no plan.
func WarnCertification(kind api.Kind, o api.Object, owner string, c api.Certification, diags *diag.Diagnostics) {
	if !c.CertificationEnded || c.CertifiedUntil == nil {
		return
	}
	at := *c.CertifiedUntil
	if t, err := api.ParseExpiry(at); err == nil {
		at = t.Format(time.RFC3339)
	}
	diags.AddWarning(
		fmt.Sprintf("%s %q: certification ended", Capital(kind.Singular), o.Name),
		sentences(
			fmt.Sprintf("The certification that the %s (%s) of %s is still needed ended at %s", kind.Singular, o.ID, owner, at),
			"It works as before",
			fmt.Sprintf("Ask %s. Where it is needed, set a later certified_until", owner),
			fmt.Sprintf("Where it is not, decommission it: see who uses it (quickconnect show %s), and remove it from the "+
				"configuration", o.ID)))
}
