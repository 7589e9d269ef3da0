package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ReplacesIfKnown replaces the object for a known value that differs from the state's. An unknown value mostly turns
// out to be the same, so an update in place is planned. If it does not, Terraform stops the apply before anything is
// changed.
func ReplacesIfKnown() planmodifier.String {
	const text = "A known value that differs from the state's replaces the object."
	return stringplanmodifier.RequiresReplaceIf(func(
		_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse,
	) {
		resp.RequiresReplace = !req.PlanValue.IsUnknown()
	}, text, text)
}

// UnknownID describes what an unknown value of an attribute with ReplacesIfKnown does.
const UnknownID = " While the id is unknown, a change in place is planned; if it turns out to be another one, " +
	"Terraform stops the apply before anything is changed: plan again. "

// Moved reports whether a planned value is known and differs from the state's, which replaces the object where the
// attribute has ReplacesIfKnown.
func Moved(plan, state types.String) bool { return !plan.IsUnknown() && !plan.Equal(state) }

// IfStopped ends the warning of every replacement. Where an unknown value turns out at the apply to need one, Terraform
// stops with a text of its own, and prints the warning with it.
const IfStopped = "If Terraform stops here, this object was not changed: plan again."

// protectedKey is the note with the name of an object that has deletion_protection.
const protectedKey = "protected"

// NoteProtection keeps for RefuseReplacement that the object of a plan has deletion_protection. Terraform plans every
// replacement twice, also one that -replace or replace_triggered_by forces: as an update of the old object, and then as
// a creation with the private state that the first plan left. Only the second call can know of a forced one. Terraform
// shows its errors, but drops its warnings.
func NoteProtection(
	ctx context.Context, private PrivateWriter, name types.String, protection types.Bool, diags *diag.Diagnostics,
) {
	var note *string
	if protection.ValueBool() {
		note = name.ValueStringPointer()
	}
	StorePrivate(ctx, private, protectedKey, note, diags)
}

// RefuseReplacement refuses a creation that replaces an object with deletion_protection.
func RefuseReplacement(ctx context.Context, private PrivateReader, singular string, diags *diag.Diagnostics) {
	if name := LoadPrivate[string](ctx, private, protectedKey, diags); name != nil {
		Protect(diags, singular, types.StringValue(*name), types.BoolValue(true), "replaces")
	}
}
