package rotate

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// WarnDestroyed warns of a plan that destroys the object, and refuses it on deletion_protection.
func WarnDestroyed(ctx context.Context, k Kind, state Object, diags *diag.Diagnostics) {
	tfkit.Protect(diags, k.Singular, state.Name, state.DeletionProtection, "destroys")
	warnEnds(ctx, k, state, "destroyed", diags)
}

// WarnReplaced warns of a plan that replaces the object. advice is how to do without; it may be empty.
func WarnReplaced(ctx context.Context, k Kind, state Object, advice string, diags *diag.Diagnostics) {
	warnEnds(ctx, k, state, "replaced", diags, k.Fails, advice, tfkit.IfStopped)
}

// warnEnds names the versions that end with the object, where there are any.
func warnEnds(
	ctx context.Context, k Kind, state Object, verb string, diags *diag.Diagnostics, more ...string,
) {
	n := numbersOf(state.Version, rotationOf(ctx, state.Rotation, diags))
	versions := n.Valid()
	if len(versions) == 0 || diags.HasError() {
		return
	}
	diags.AddWarning(
		fmt.Sprintf("%s %s will be %s: all its values end at once", tfkit.Capital(k.Singular),
			strconv.Quote(state.Name.ValueString()), verb),
		paragraph(append([]string{revokedAtOnce(versions), k.EndsNow}, more...)...))
}

func revokedAtOnce(versions []int64) string {
	return "Revoked at once, without an overlap: version " + join(versions) + "."
}
