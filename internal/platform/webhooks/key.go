package webhooks

import (
	"context"
	"errors"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Signer is one version of one signing secret, with its key.
type Signer struct {
	store.SignedBy
	Version rotation.Version
	Key     webhook.Key
}

// Signers returns the versions that sign a delivery to an endpoint now: every valid version of every signing secret.
// The current versions come first, those of older signing secrets before those of newer ones: a receiver that looks at
// one signature only should find the one to rely on.
func (h *Secrets) Signers(ctx context.Context, tx *txn.Tx, endpointID string) (found []Signer, err error) {
	records, err := tx.SigningSecretsOf(ctx, tx.Scope, endpointID)
	if err != nil {
		return nil, err
	}
	for _, record := range records {
		s, err := h.settled(ctx, tx, record)
		if err != nil {
			return nil, err
		}
		for _, v := range s.Credential.Versions {
			if !s.Credential.ValidAt(s.policy, v.Number, tx.Now) {
				continue
			}
			key, err := s.key(ctx, tx, v.Number)
			if err != nil {
				return nil, err
			}
			signedBy := store.SignedBy{SigningSecretID: s.ID, Version: v.Number}
			found = append(found, Signer{signedBy, v, key})
		}
	}
	slices.SortStableFunc(found, func(a, b Signer) int { return rank(a.Version.State) - rank(b.Version.State) })
	return found, nil
}

func rank(s rotation.State) int {
	if s == rotation.StateCurrent {
		return 0
	}
	return 1
}

// key opens the key of a version.
func (s *signingSecret) key(ctx context.Context, tx *txn.Tx, number int64) (webhook.Key, error) {
	sealed, err := tx.Secret(ctx, s.ID, number)
	if err != nil {
		return webhook.Key{}, err
	}
	return tx.Keys.OpenSigningKey(ctx, tx.Tx, sealed, tx.Bound(s.ID, number))
}

// Issuer makes the keys of versions that a step issues, or takes the one that the caller supplied.
func (s *signingSecret) Issuer(
	ctx context.Context, tx *txn.Tx, supplied *secret.Value,
) (credentials.Issuer, error) {
	var key webhook.Key
	var digests []string
	if supplied != nil {
		var err error
		if key, digests, err = s.suppliedKey(ctx, tx, *supplied); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, number int64) error {
		k := key
		if k.IsZero() {
			var err error
			if k, err = tx.Random.SigningKey(webhook.Algorithm(s.Algorithm)); err != nil {
				return err
			}
		}
		sealed, err := tx.Keys.SealSigningKey(ctx, tx.Tx, k, tx.Bound(s.ID, number))
		if err != nil {
			return err
		}
		lookup, err := tx.Keys.Lookup(ctx, tx.Tx)
		if err != nil {
			return err
		}
		facts := store.SecretFacts{PublicKey: k.Public()}
		if len(digests) > 0 {
			facts.Digest = digests[len(digests)-1]
		}
		s.SetFacts(number, facts)
		s.forgetRevoked(digests...)
		err = tx.PutSecret(ctx, s.ID, store.Sealed{
			Number: number, Value: sealed, ValueHash: lookup.Signing(k, tx.Scope)[0], Facts: facts,
		})
		if err != nil {
			return err
		}
		return tx.WakeUnsigned(ctx, tx.Scope, s.EndpointID, tx.Now)
	}, nil
}

// suppliedKey checks a secret that the caller made. It refuses one that is valid already: a rotation to it would change
// nothing, and a probe would find it in use at once. It returns the digests under every comparison key, the
// newest last.
func (s *signingSecret) suppliedKey(
	ctx context.Context, tx *txn.Tx, supplied secret.Value,
) (key webhook.Key, digests []string, err error) {
	if s.Algorithm != api.AlgorithmHMAC {
		return key, nil, problem.Refused("/secret",
			errors.New("belongs to the algorithm hmac-sha256; keys of ed25519 are made by the platform"))
	}
	if key, err = keys.ParseSupplied(supplied); err != nil {
		return key, nil, problem.Refused("/secret", err)
	}
	comparison, err := tx.Keys.Comparison(ctx, tx.Tx, tx.Scope)
	if err != nil {
		return key, nil, err
	}
	for _, k := range comparison {
		digest, err := keys.SigningDigest(k, s.ID, key)
		if err != nil {
			return key, nil, err
		}
		digests = append(digests, digest)
	}
	newest := digests[len(digests)-1]
	for _, number := range credentials.Valid(s.Credential.Versions) {
		held, err := s.key(ctx, tx, number) // no digest is stored of a key that the platform made
		if err != nil {
			return key, nil, err
		}
		same, err := keys.SigningDigest(comparison.Newest(), s.ID, held)
		if err != nil {
			return key, nil, err
		}
		if same == newest {
			return key, nil, problem.New(api.CodeInvalid, "/secret",
				"secret is the value that version %d of the signing secret %q has already; supply a new one", number, s.Name)
		}
	}
	return key, digests, nil
}
