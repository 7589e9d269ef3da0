package tfkit

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// comparisonKey is a key of the platform's digests.
type comparisonKey struct {
	number int64
	key    []byte
}

// Digests are the digests of one value under every comparison key that the platform uses, the newest last. They are
// empty where they are not known: the provider is not configured, or its principal gets no comparison key.
type Digests []string

// Like returns the digest under the key that another digest was made with. Digests of different keys say nothing about
// each other. Where the other is none, or its key is not known, it is the digest under the newest key.
func (d Digests) Like(other string) string {
	if len(d) == 0 {
		return ""
	}
	want, ok := api.DigestKey(other)
	for _, digest := range d {
		if number, _ := api.DigestKey(digest); ok && number == want {
			return digest
		}
	}
	return d[len(d)-1]
}

// Digests returns the digests that the platform may have for an object with this supplied secret.
func (s *Session) Digests(kind, id string, value map[string]secret.Value) Digests {
	plain := make(map[string]string, len(value))
	for k, v := range value {
		plain[k] = v.Expose()
	}
	return s.digests(kind, id, plain)
}

// DigestsOfText is Digests for a secret that is one text.
func (s *Session) DigestsOfText(kind, id string, value secret.Value) Digests {
	return s.digests(kind, id, value.Expose())
}

func (s *Session) digests(kind, id string, plain any) (out Digests) {
	if s == nil {
		return nil
	}
	for _, k := range s.keys {
		d, err := api.Digest(k.number, k.key, kind, id, plain)
		if err != nil {
			return nil
		}
		out = append(out, d)
	}
	return out
}

// Blind reports whether the principal gets no comparison key, so that no supplied secret can be recognised.
func (s *Session) Blind() bool { return s != nil && s.client != nil && len(s.keys) == 0 }

// WarnUnseen warns once in the run of a provider that configured values count as equal because they cannot be compared.
func (s *Session) WarnUnseen(diags *diag.Diagnostics) {
	s.unseen.Do(func() {
		why := "the values on the platform were recorded under a comparison key that it does not use any more"
		if s.Blind() {
			why = fmt.Sprintf("the principal %q (role %s) does not get the comparison keys", s.identity.Name, s.identity.Role)
		}
		diags.AddWarning("Secrets are not compared", "Configured write-only values count as equal to the platform's, "+
			"because "+why+". A value that was changed on the platform since the last apply is still found; a change of the "+
			"configuration is not. To find both, plan as a planner, an operator or a deployer.")
	})
}

func exposedKey(k api.ComparisonKey) string { return k.Key.Expose() }
