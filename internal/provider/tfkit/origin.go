package tfkit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// platformKey is the note in the private state that says on which platform an object was last seen.
const platformKey = "platform"

// Accept names the platform that the provider configuration accepts for objects that were last seen on another one.
func (s *Session) Accept(id string) { s.accepted = id }

// NotePlatform notes that an object was seen on the platform. Create, Read and Update do it with every answer.
func (a *access) NotePlatform(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	if here, ok := a.session.Identity(); ok {
		ref := here.Platform()
		StorePrivate(ctx, private, platformKey, &ref, diags)
	}
}

// isHome reports whether an object was last seen on this platform, and adds an error if not: another platform can have
// the same tenants, environments and names. An object without a note was never seen.
func (a *access) isHome(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) bool {
	here, ok := a.session.Identity()
	note := LoadPrivate[api.PlatformRef](ctx, private, platformKey, diags)
	if !ok || note == nil || note.ID == here.PlatformID || a.session.accepted == here.PlatformID {
		return true
	}
	diags.AddError("Object of another platform", fmt.Sprintf(
		"This object was last seen on platform %[1]s, and endpoint leads to platform %[2]s, which has the same tenant "+
			"and environment. No request about it was sent, and nothing was changed. Use endpoint and token of platform "+
			"%[1]s, or the state (backend, workspace) that belongs to platform %[2]s. If platform %[2]s takes the place "+
			"of the other one for good, set accept_platform_id = %[2]q in the provider configuration: what is not "+
			"there is then planned anew, and the next apply notes the new platform.", note.ID, here.PlatformID))
	return false
}

// Gone reports whether an error of the client means that an object of the state does not exist any more. Until a
// restore is confirmed, "not found" means that only for an object that was seen after the restore. Any other object may
// be missing in the backup only.
func (a *access) Gone(ctx context.Context, err error, private PrivateReader, diags *diag.Diagnostics) bool {
	if !client.IsNotFound(err) {
		return false
	}
	here, _ := a.session.Identity()
	if here.RestoreConfirmed {
		return true
	}
	note := LoadPrivate[api.PlatformRef](ctx, private, platformKey, diags)
	return note != nil && *note == here.Platform()
}

const restoredSummary = "Platform restored, and not confirmed"

// WarnOfRestore warns that the platform was restored and that nobody has confirmed it: a plan shows it as the backup
// has it.
func WarnOfRestore(diags *diag.Diagnostics, here *api.Identity) {
	if here.RestoreConfirmed || here.PlatformID == "" {
		return
	}
	diags.AddWarning(restoredSummary, fmt.Sprintf("Platform %s was restored from a backup (incarnation %d), and nobody "+
		"has confirmed that. This plan compares with what the backup has: what was made, rotated or revoked after it is "+
		"not in it. No apply is possible, and no value is handed out, until the operator of the platform runs "+
		"quickconnectd restore confirm. Then plan again.", here.PlatformID, here.Incarnation))
}

// unconfirmed says what "not found" means on a platform whose restore is not confirmed.
func unconfirmed(here api.Identity) string {
	if here.RestoreConfirmed || here.PlatformID == "" {
		return ""
	}
	return fmt.Sprintf("Platform %s was restored from a backup (incarnation %d), and the restore is not confirmed: the "+
		"object may just be missing in the backup, so it stays in the state. Find out what the backup lacks. "+
		"Then run quickconnectd restore confirm on the machine of the platform, and plan again",
		here.PlatformID, here.Incarnation)
}
