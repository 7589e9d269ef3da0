package pages

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// terraformOf returns the block that manages an object, and the one that imports it. What the platform does not have,
// such as write-only values, is a comment.
func terraformOf(c *credential) string {
	to := c.kind.Terraform + "." + label(c.Name)
	b := &block{}
	b.text("name", c.Name)
	b.text("owner", c.Owner)
	b.optional("description", c.Description)
	b.pairs("labels", c.Labels)
	switch c.kind.Path {
	case api.KindConnectors:
		b.text("type", c.Type)
		b.pairs("settings", c.Settings)
		b.list("allowed_scopes", c.AllowedScopes)
		if c.Enabled != nil && !*c.Enabled {
			b.line("enabled", "false")
		}
		b.optional("credentials_expire_at", c.CredentialsExpire)
		b.comment("The credentials are write-only: set credentials_wo as the reference page says.")
	case api.KindScopedTokens:
		b.text("connector_id", c.ConnectorID)
		b.list("scopes", c.Scopes)
		b.list("allowed_cidrs", c.AllowedCIDRs)
		b.number("rate_limit_per_minute", c.RateLimitPerMinute)
		b.optional("unused_expiry", c.UnusedExpiry)
		b.optional("expires_at", c.ExpiresAt)
	case api.KindSigningSecrets:
		b.text("endpoint_id", c.EndpointID)
		if c.Algorithm != api.DefaultAlgorithm {
			b.text("algorithm", c.Algorithm)
		}
	}
	b.optional("rotation_policy_id", c.RotationPolicyID)
	b.optional("certified_until", c.CertifiedUntil)
	return fmt.Sprintf("import {\n  to = %s\n  id = %s\n}\n\nresource %s %s {\n%s}\n", to, quote(c.ID),
		quote(c.kind.Terraform), quote(label(c.Name)), b.String())
}

// label is a name as Terraform takes it for a resource.
func label(name string) string {
	out := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, name)
	if out == "" || out[0] >= '0' && out[0] <= '9' || out[0] == '-' {
		return "_" + out
	}
	return out
}

// block writes the arguments of a resource. What is absent is left out.
type block struct{ strings.Builder }

func (b *block) line(name, value string) { b.WriteString("  " + name + " = " + value + "\n") }

func (b *block) comment(text string) { b.WriteString("  # " + text + "\n") }

func (b *block) text(name, value string) { b.line(name, quote(value)) }

func (b *block) optional(name string, value *string) {
	if value != nil {
		b.text(name, *value)
	}
}

func (b *block) number(name string, value *int64) {
	if value != nil {
		b.line(name, strconv.FormatInt(*value, 10))
	}
}

func (b *block) list(name string, values []string) {
	if values == nil {
		return
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	b.line(name, "["+strings.Join(quoted, ", ")+"]")
}

func (b *block) pairs(name string, values map[string]string) {
	if values == nil {
		return
	}
	b.WriteString("  " + name + " = {\n")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		b.WriteString("    " + quote(key) + " = " + quote(values[key]) + "\n")
	}
	b.WriteString("  }\n")
}

// quote writes a text as a string of Terraform's language, in which ${ and %{ begin a template.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(b.String())
}
