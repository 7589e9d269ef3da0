package tfkit

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Digest is the digest that the platform has for an object with this supplied secret. ok is false where it is not
// known: the provider is not configured, or its principal gets no comparison key.
func (s *Session) Digest(kind, id string, value map[string]secret.Value) (digest string, ok bool) {
	plain := make(map[string]string, len(value))
	for k, v := range value {
		plain[k] = v.Expose()
	}
	return s.digest(kind, id, plain)
}

// DigestText is Digest for a secret that is one text.
func (s *Session) DigestText(kind, id string, value secret.Value) (digest string, ok bool) {
	return s.digest(kind, id, value.Expose())
}

// Blind reports whether the principal gets no comparison key, so that no supplied secret can be recognised.
func (s *Session) Blind() bool { return s != nil && s.client != nil && s.key == nil }

// WarnUnseen warns once in the run of a provider that configured values count as equal because they cannot be compared.
func (s *Session) WarnUnseen(diags *diag.Diagnostics) {
	s.unseen.Do(func() {
		why := "the values on the platform were recorded under another comparison key than the present one"
		if s.Blind() {
			why = fmt.Sprintf("the principal %q (role %s) does not get the comparison key", s.identity.Name, s.identity.Role)
		}
		diags.AddWarning("Secrets are not compared", "Configured write-only values count as equal to the platform's, "+
			"because "+why+". A value that was changed on the platform since the last apply is still found; a change of the "+
			"configuration is not. To find both, plan as a planner, an operator or a deployer.")
	})
}

func (s *Session) digest(kind, id string, plain any) (string, bool) {
	if s == nil || s.key == nil {
		return "", false
	}
	d, err := api.Digest(s.identity.ComparisonKey.Number, s.key, kind, id, plain)
	return d, err == nil
}

func exposedKey(k *api.ComparisonKey) string { return k.Key.Expose() }
