package workload

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Verdict is what one identity says of a JWT.
type Verdict struct {
	Identity *store.WorkloadIdentity
	// Refusals are all reasons against it that can be told; none: the identity takes it. An exchange names the first.
	Refusals []Refusal
	// Signed reports whether the signature was checked and is good. An identity that refuses the JWT before that may have
	// left it unchecked.
	Signed bool
	Keyed  bool      // the key was found, so the signature was checked
	At     time.Time // the moment of the decision
}

// Signature says whether the signature was checked, and with which keys.
func (v Verdict) Signature() string {
	keys := "the keys of " + v.Identity.Issuer
	if v.Identity.JWKS != nil {
		keys = "the uploaded jwks"
	}
	switch {
	case v.Signed:
		return "good, checked with " + keys
	case v.Keyed:
		return "wrong, checked with " + keys
	}
	return "not checked, because of what is above; it would be checked with " + keys
}

// Examine is Verifier.Examine on the machine of the platform; trusted are the issuers that may be in a private network.
func Examine(
	ctx context.Context, s *store.Store, k *keyring.Keyring, c clock.Clock, scope store.Scope, t *Token, trusted []string,
) (out []Verdict, err error) {
	runner, err := txn.Open(ctx, s, k, c, rand.Reader)
	if err != nil {
		return nil, err
	}
	v := NewVerifier(Config{Egress: egress.Config{}, Trusted: trusted, Clock: c, Log: slog.New(slog.DiscardHandler)})
	return v.Examine(ctx, runner, scope, t)
}

// Examine says of each identity of an environment whether it takes a JWT. It fetches keys as an exchange does, makes no
// access token, and stores nothing.
func (v *Verifier) Examine(
	ctx context.Context, runner *txn.Runner, scope store.Scope, t *Token,
) (out []Verdict, err error) {
	var identities []*store.WorkloadIdentity
	now := time.Time{}
	err = runner.View(ctx, txn.Caller{Scope: scope}, func(tx *txn.Tx) (err error) {
		now = tx.Now
		identities, err = loadAll(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, w := range identities {
		out = append(out, v.examine(ctx, w, t, now))
	}
	return out, nil
}

// loadAll reads the identities of the scope, and checks their rows.
func loadAll(ctx context.Context, tx *txn.Tx) (out []*store.WorkloadIdentity, err error) {
	exists, err := tx.EnvironmentExists(ctx, tx.Scope)
	if err == nil && !exists {
		err = fmt.Errorf("there is no environment %s of a tenant %s", tx.Scope.Environment, tx.Scope.Tenant)
	}
	if err != nil {
		return nil, err
	}
	const page = 1000
	for after := ""; ; {
		found, err := tx.WorkloadIdentities(ctx, tx.Scope, store.List{After: after, Limit: page})
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			bound, err := tx.Keys.Rows().WorkloadIdentity(w)
			if err := tx.CheckBound(ctx, bound, err); err != nil {
				return nil, errors.Join(fmt.Errorf("workload identity %s", w.ID), err)
			}
		}
		out = append(out, found...)
		if len(found) < page {
			return out, nil
		}
		after = found[len(found)-1].ID
	}
}

// examine is Verify with every reason. What the token says is told also where its signature cannot be checked.
func (v *Verifier) examine(ctx context.Context, w *store.WorkloadIdentity, t *Token, now time.Time) Verdict {
	out := Verdict{Identity: w, At: now}
	if r := decideKey(w, t, now); r.Reason != "" {
		out.Refusals = append(out.Refusals, r)
		return out
	}
	key, r := v.key(ctx, w, wanted{id: t.keyID(), algorithm: t.algorithm()})
	out.Keyed = r.Reason == ""
	out.Signed = out.Keyed && t.jwt.SignedBy(ctx, key)
	if out.Keyed && !out.Signed {
		r.Reason = ReasonSignature
	}
	if r.Reason != "" {
		out.Refusals = append(out.Refusals, r)
	}
	if r := first(afterSignature, present(w, t, now)); r.Reason != "" {
		out.Refusals = append(out.Refusals, r)
	}
	out.Refusals = append(out.Refusals, unfitClaims(w, t)...)
	return out
}
