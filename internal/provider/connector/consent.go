package connector

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// warnConsent warns that a revoked consent makes every token of a connector inactive. Nothing is planned because of it.
func warnConsent(c *api.Connector, diags *diag.Diagnostics) {
	if c.ConsentID == nil || c.ConsentRevokedAt == nil {
		return
	}
	diags.AddAttributeWarning(path.Root("consent_id"), "Consent was revoked", fmt.Sprintf("The consent %s of the "+
		"connector %q was revoked at %s: every token of the connector is inactive, and none was revoked. Ask for "+
		"another consent, and set consent_id to it once it is granted; the same values are accepted again then.",
		*c.ConsentID, c.Name, c.ConsentRevokedAt.UTC().Format(time.RFC3339)))
}
