package pages

import (
	"fmt"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/hcl"
)

// terraformOf returns the block that manages an object, and the one that imports it. What the platform does not have,
// such as write-only values, is a comment.
func terraformOf(c *credential) string {
	to := c.kind.Terraform + "." + hcl.Label(c.Name)
	b := &hcl.Block{}
	b.Text("name", c.Name)
	b.Text("owner", c.Owner)
	b.Optional("description", c.Description)
	b.Pairs("labels", c.Labels)
	switch c.kind.Path {
	case api.KindConnectors:
		b.Text("type", c.Type)
		b.Pairs("settings", c.Settings)
		b.List("allowed_scopes", c.AllowedScopes)
		if c.Enabled != nil && !*c.Enabled {
			b.Line("enabled", "false")
		}
		b.Optional("credentials_expire_at", c.CredentialsExpire)
		b.Comment("The credentials are write-only: set credentials_wo as the reference page says.")
	case api.KindScopedTokens:
		b.Text("connector_id", c.ConnectorID)
		b.List("scopes", c.Scopes)
		b.List("allowed_cidrs", c.AllowedCIDRs)
		b.Number("rate_limit_per_minute", c.RateLimitPerMinute)
		b.Optional("unused_expiry", c.UnusedExpiry)
		b.Optional("expires_at", c.ExpiresAt)
	case api.KindSigningSecrets:
		b.Text("endpoint_id", c.EndpointID)
		if c.Algorithm != api.DefaultAlgorithm {
			b.Text("algorithm", c.Algorithm)
		}
	}
	b.Optional("rotation_policy_id", c.RotationPolicyID)
	b.Optional("certified_until", c.CertifiedUntil)
	return fmt.Sprintf("import {\n  to = %s\n  id = %s\n}\n\nresource %s %s {\n%s}\n", to, hcl.Quote(c.ID),
		hcl.Quote(c.kind.Terraform), hcl.Quote(hcl.Label(c.Name)), b.String())
}
