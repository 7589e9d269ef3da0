package workload

import (
	"context"
	"crypto"
	"log/slog"
	"net/http"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Config has what verification needs.
type Config struct {
	Egress  egress.Config // how issuers are connected to; AllowPrivate is not for them
	Trusted []string      // issuers that may be in a private network
	Clock   clock.Clock
	Log     *slog.Logger
}

// Verifier verifies JWTs of workloads. It is safe for concurrent use.
type Verifier struct {
	issuers *issuers
	keys    *keySets
}

// NewVerifier returns a verifier that has no keys yet.
func NewVerifier(c Config) *Verifier {
	i := newIssuers(c.Egress, c.Trusted)
	return &Verifier{issuers: i, keys: newKeySets(i.fetch, c.Clock, c.Log)}
}

// CheckIssuer checks the issuer of an identity whose keys the platform fetches. Its error completes the sentence
// "issuer …".
func (v *Verifier) CheckIssuer(issuer string) error { return v.issuers.check(issuer) }

// Way returns the way to an issuer, for what signs people in: it follows no redirect and reads 64 KiB at most.
func (v *Verifier) Way(issuer string) http.RoundTripper {
	return guarded{egress: v.issuers.of(issuer), any: true}
}

// KeysAge returns the age of the oldest keys that are in use because their issuer could not be reached; 0 for none.
func (v *Verifier) KeysAge() time.Duration { return v.keys.age() }

// Verify says why an identity does not take a JWT. The zero Refusal: it is signed by the issuer of the identity, and
// everything in it fits. It may wait for the issuer, so no transaction may be open.
func (v *Verifier) Verify(ctx context.Context, w *store.WorkloadIdentity, t *Token, now time.Time) Refusal {
	if r := decideKey(w, t, now); r.Reason != "" {
		return r
	}
	key, r := v.key(ctx, w, wanted{id: t.keyID(), algorithm: t.algorithm()})
	if r.Reason != "" {
		return r
	}
	if !t.jwt.SignedBy(ctx, key) {
		return Refusal{Reason: ReasonSignature}
	}
	return decideClaims(w, t, now)
}

// Signed says why a JWT does not count as signed by an issuer, whoever it is for. The zero Refusal: it does. What it
// says is for the caller to decide. It may wait for the issuer, so no transaction may be open.
func (v *Verifier) Signed(ctx context.Context, issuer string, t *Token) Refusal {
	if t.refused != "" {
		return Refusal{Reason: t.refused}
	}
	w := &store.WorkloadIdentity{Issuer: issuer}
	if r := first(signedByIssuer, presented{identity: w, token: t}); r.Reason != "" {
		return r
	}
	key, r := v.key(ctx, w, wanted{id: t.keyID(), algorithm: t.algorithm()})
	if r.Reason == "" && !t.jwt.SignedBy(ctx, key) {
		r = Refusal{Reason: ReasonSignature}
	}
	return r
}

// key finds the key that a token names: among the uploaded ones, where the identity has any, and nowhere else.
func (v *Verifier) key(ctx context.Context, w *store.WorkloadIdentity, wanted wanted) (crypto.PublicKey, Refusal) {
	if w.JWKS == nil {
		return v.keys.find(ctx, w.Issuer, wanted)
	}
	set, err := readKeySet([]byte(*w.JWKS))
	if err != nil {
		return nil, Refusal{Reason: ReasonUnavailable, Keys: "the uploaded jwks cannot be read"}
	}
	if key := wanted.in(set); key != nil {
		return key, Refusal{}
	}
	return nil, Refusal{Reason: ReasonUnknownKey}
}
