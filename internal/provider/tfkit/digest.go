package tfkit

import (
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Digest is the digest that the platform has for an object whose supplied secret is value. ok is false where it cannot be
// told: the provider is not configured, or its principal gets no comparison key.
func (p *Platform) Digest(kind, id string, value map[string]secret.Value) (digest string, ok bool) {
	if p == nil || p.key == nil {
		return "", false
	}
	plain := make(map[string]string, len(value))
	for k, v := range value {
		plain[k] = v.Expose()
	}
	d, err := api.Digest(p.identity.ComparisonKey.Number, p.key, kind, id, plain)
	return d, err == nil
}

func exposedKey(k *api.ComparisonKey) string { return k.Key.Expose() }
