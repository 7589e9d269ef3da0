package writeonly

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

const plannedKey = "planned_null"

// NotePlanned notes whether a plan sees no value of the write-only arguments. Where ignore_changes names an argument,
// core shows it as null to every plan, and to the apply alone as the configuration has it. An update gets the note of
// the plan that its own apply has made.
func NotePlanned(ctx context.Context, p tfkit.PrivateWriter, isNull bool, diags *diag.Diagnostics) {
	tfkit.StorePrivate(ctx, p, plannedKey, &isNull, diags)
}

// Ignored reports whether the plan of an update saw no value, so that none is sent, whatever the update itself sees.
func Ignored(ctx context.Context, p tfkit.PrivateReader, diags *diag.Diagnostics) bool {
	isNull := tfkit.LoadPrivate[bool](ctx, p, plannedKey, diags)
	return isNull != nil && *isNull
}
