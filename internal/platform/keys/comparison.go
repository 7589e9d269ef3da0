package keys

import (
	"context"
	"encoding/base64"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Comparison has the keys of an environment's digests that are in use, in the order of their numbers; never none.
// Digests of different keys say nothing about each other.
type Comparison []SymmetricKey

// Comparison reads the keys of an environment's digests.
func (k *Keys) Comparison(ctx context.Context, tx *store.Tx, scope store.Scope) (Comparison, error) {
	return k.keysOf(ctx, tx, purposeComparison(scope))
}

// Newest returns the key that makes new digests.
func (c Comparison) Newest() SymmetricKey { return c[len(c)-1] }

// Of returns the key that a digest was made with; ok is false where it is not in use.
func (c Comparison) Of(digest string) (key SymmetricKey, ok bool) {
	number, ok := api.DigestKey(digest)
	for _, k := range c {
		if ok && k.number == number {
			return k, true
		}
	}
	return SymmetricKey{}, false
}

// ComparisonKey is a comparison key as GET /v1/identity sends it.
type ComparisonKey struct {
	Number int64  `json:"number" doc:"The key number that a digest begins with: k1: for 1."`
	Key    string `json:"key" doc:"32 bytes in standard base64."`
}

// Sent returns the keys in clear.
func (c Comparison) Sent() []ComparisonKey {
	out := make([]ComparisonKey, len(c))
	for i, k := range c {
		out[i] = ComparisonKey{Number: k.number, Key: base64.StdEncoding.EncodeToString(k.key)}
	}
	return out
}
