package tfkit

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// DeletionText describes, for the schema of a kind whose objects others can refer to, what a destroy does.
const DeletionText = "One that is in use can be destroyed: the platform deletes it as soon as the last object that " +
	"refers to it is deleted or refers to another one, in the same apply or later, and a warning names these objects. " +
	"Its name is free at once. One that somebody else deleted meanwhile stays in the state as long as it is in use, " +
	"with a warning, and every change of it is an error: undelete it on the platform, or remove it from the configuration."

// UnusedDeleter deletes an object of one kind, now or with its last user.
type UnusedDeleter interface {
	DeleteWhenUnused(ctx context.Context, id string) (*api.Deletion, error)
}

// RemoveWhenUnused is Remove for a kind whose objects others can refer to. Terraform deletes before it changes, so what
// is in use now may be in use no more at the end of the apply: the platform deletes it with its last user.
func RemoveWhenUnused[C UnusedDeleter](ctx context.Context, b *ResourceBase, req resource.DeleteRequest,
	resp *resource.DeleteResponse, kind api.Kind, of func(*client.Client) C,
) {
	s := Subject{Type: kind.Terraform}
	remove(ctx, b, req, resp, s, func(c *client.Client, id, name string) error {
		deletion, err := of(c).DeleteWhenUnused(ctx, id)
		if err == nil && deletion != nil {
			warnDeletedLater(kind, id, name, *deletion, &resp.Diagnostics)
		}
		return err
	})
}

func warnDeletedLater(kind api.Kind, id, name string, d api.Deletion, diags *diag.Diagnostics) {
	diags.AddWarning(
		fmt.Sprintf("%s %q: deleted as soon as %s using it", Capital(kind.Singular), name, stop(d.InUseCount)),
		sentences(
			"In use by "+usersText(d)+": they go on as before",
			credentialsWork(kind),
			"Its name is free, and nothing new may refer to it",
			"Where this apply deletes them or points them elsewhere, the platform deletes it in that moment, and there "+
				"is nothing to do. Otherwise their plans warn of it after an hour, and GET /v1/orphans lists it",
			"To bring it back, under a name that is free: "+callToUndelete(kind, id)))
}

// WarnDeleting warns of an object of the state that was deleted outside of it, and still exists because it is in use.
// It stays in the state: to plan another one would replace what refers to it, and would hide that somebody deleted it.
func WarnDeleting(kind api.Kind, id, name string, d api.Deletion, diags *diag.Diagnostics) {
	if d.DeletingSince == nil {
		return
	}
	diags.AddWarning(
		fmt.Sprintf("%s %q was deleted outside of this state", Capital(kind.Singular), name),
		sentences(
			fmt.Sprintf("It was deleted at %s and exists until %s using it: %s", d.DeletingSince.UTC().Format(time.RFC3339),
				stop(d.InUseCount), usersText(d)),
			credentialsWork(kind),
			"Until then it stays in the state, every change of it is refused, and nothing new may refer to it. After that, a "+
				"plan creates it anew",
			"To keep it: "+callToUndelete(kind, id),
			"To let it go, remove it from the configuration and point its users elsewhere"))
}

// WarnUses warns where an object has referred to a deleted one for so long that it does not look like a part of one
// apply.
func WarnUses(kind api.Kind, name string, uses api.Uses, diags *diag.Diagnostics) {
	for _, d := range uses.UsesDeleting {
		used, ok := api.KindAt(d.Kind)
		if !ok || !d.Orphaned {
			continue
		}
		diags.AddWarning(
			fmt.Sprintf("%s %q uses a %s that was deleted", Capital(kind.Singular), name, used.Singular),
			sentences(
				fmt.Sprintf("The %s %q (%s) was deleted at %s. It works as before until nothing uses it, and cannot be changed",
					used.Singular, d.Name, d.ID, d.DeletingSince.UTC().Format(time.RFC3339)),
				credentialsWork(used),
				fmt.Sprintf("Point this %s to another one, or delete it", kind.Singular),
				"To bring it back instead: "+callToUndelete(used, d.ID)))
	}
}

// stop is "N objects stop", for a sentence.
func stop(n int) string {
	if n == 1 {
		return "1 object stops"
	}
	return strconv.Itoa(n) + " objects stop"
}

func usersText(d api.Deletion) string {
	var names []string
	for _, u := range d.InUseBy {
		kind, _ := api.KindAt(u.Kind)
		names = append(names, fmt.Sprintf("%s %q", kind.Singular, u.Name))
	}
	if more := d.InUseCount - len(d.InUseBy); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func credentialsWork(kind api.Kind) string {
	if kind != api.Connectors {
		return ""
	}
	return "Until then its credentials still work, and so do its tokens: to end them now, revoke them"
}

func callToUndelete(kind api.Kind, id string) string {
	return "POST " + kind.Route(id, "undelete") + ` with {"name": "…"}, role ` + RolesWith(api.PermissionWrite, "or")
}
