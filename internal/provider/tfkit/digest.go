package tfkit

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Digest is the digest that the platform has for an object with this supplied secret. ok is false where it is not
// known: the provider is not configured, or its principal gets no comparison key.
func (p *Platform) Digest(kind, id string, value map[string]secret.Value) (digest string, ok bool) {
	plain := make(map[string]string, len(value))
	for k, v := range value {
		plain[k] = v.Expose()
	}
	return p.digest(kind, id, plain)
}

// DigestText is Digest for a secret that is one text.
func (p *Platform) DigestText(kind, id string, value secret.Value) (digest string, ok bool) {
	return p.digest(kind, id, value.Expose())
}

func (p *Platform) digest(kind, id string, plain any) (string, bool) {
	if p == nil || p.key == nil {
		return "", false
	}
	d, err := api.Digest(p.identity.ComparisonKey.Number, p.key, kind, id, plain)
	return d, err == nil
}

func exposedKey(k *api.ComparisonKey) string { return k.Key.Expose() }
