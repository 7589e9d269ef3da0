package platform

import (
	"context"
	"errors"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// signer is one version of one signing secret, with its key.
type signer struct {
	store.SignedBy
	version rotation.Version
	key     webhook.Key
}

// signers are the versions that sign a delivery to an endpoint now: every valid one of every signing secret. The current versions come first,
// those of older signing secrets before those of newer ones: a receiver that looks at one signature alone should find the one to rely on.
// What has to be settled first is returned instead.
func (w *work) signers(ctx context.Context, endpointID string) (found []signer, due []store.Ref, err error) {
	records, err := w.tx.SigningSecretsOf(ctx, w.scope, endpointID)
	if err != nil {
		return nil, nil, err
	}
	for _, record := range records {
		s, err := w.withPolicy(ctx, record)
		if err != nil {
			return nil, nil, err
		}
		if ref := s.parts().refIfDue(w.now); ref != nil {
			due = append(due, ref...)
			continue
		}
		for _, v := range s.Credential.Versions {
			if !s.Credential.ValidAt(s.policy, v.Number, w.now) {
				continue
			}
			key, err := w.signingKey(ctx, s.ID, v.Number)
			if err != nil {
				return nil, nil, err
			}
			found = append(found, signer{store.SignedBy{SigningSecretID: s.ID, Version: v.Number}, v, key})
		}
	}
	if len(due) > 0 {
		return nil, due, nil
	}
	slices.SortStableFunc(found, func(a, b signer) int { return rank(a.version.State) - rank(b.version.State) })
	return found, nil, nil
}

func rank(s rotation.State) int {
	if s == rotation.StateCurrent {
		return 0
	}
	return 1
}

// signingKey opens the key of a version.
func (w *work) signingKey(ctx context.Context, id string, number int64) (webhook.Key, error) {
	sealed, err := w.tx.Secret(ctx, id, number)
	if err != nil {
		return webhook.Key{}, err
	}
	return w.vault.signingKey(sealed, w.bound(id, number))
}

func keysOf(signers []signer) []webhook.Key {
	keys := make([]webhook.Key, len(signers))
	for i, s := range signers {
		keys[i] = s.key
	}
	return keys
}

// issuer makes the keys of versions that a step issues, or takes the one that the caller supplied.
func (s *signingSecret) issuer(ctx context.Context, w *work, supplied *secret.Value) (issuer, error) {
	var key webhook.Key
	var digest string
	if supplied != nil {
		var err error
		if key, digest, err = s.suppliedKey(ctx, w, *supplied); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, number int64) error {
		k := key
		if k.IsZero() {
			var err error
			if k, err = w.random.signingKey(webhook.Algorithm(s.Algorithm)); err != nil {
				return err
			}
		}
		sealed, err := w.vault.sealSigningKey(k, w.bound(s.ID, number))
		if err != nil {
			return err
		}
		facts := store.SecretFacts{Digest: digest, PublicKey: k.Public()}
		s.SetFacts(number, facts)
		s.forgetRevoked(digest)
		if err := w.tx.PutSecret(ctx, s.ID, store.Sealed{Number: number, Value: sealed, Facts: facts}); err != nil {
			return err
		}
		return w.tx.WakeUnsigned(ctx, w.scope, s.EndpointID, w.now)
	}, nil
}

// suppliedKey checks a secret that the caller made. One that is valid already would be no rotation: a probe would find it in use at once.
func (s *signingSecret) suppliedKey(ctx context.Context, w *work, supplied secret.Value) (webhook.Key, string, error) {
	if s.Algorithm != api.AlgorithmHMAC {
		return webhook.Key{}, "", refused("/secret", errors.New("belongs to the algorithm hmac-sha256; keys of ed25519 are made by the platform"))
	}
	key, err := w.vault.supplied(supplied)
	if err != nil {
		return webhook.Key{}, "", refused("/secret", err)
	}
	comparison, err := w.vault.comparisonKey(ctx, w.tx, w.scope)
	if err != nil {
		return webhook.Key{}, "", err
	}
	digest, err := w.vault.signingDigest(comparison, s.ID, key)
	if err != nil {
		return webhook.Key{}, "", err
	}
	for _, number := range valid(s.Credential.Versions) {
		held, err := w.signingKey(ctx, s.ID, number) // one that the platform made has no digest to compare with
		if err != nil {
			return webhook.Key{}, "", err
		}
		same, err := w.vault.signingDigest(comparison, s.ID, held)
		if err != nil {
			return webhook.Key{}, "", err
		}
		if same == digest {
			return webhook.Key{}, "", newProblem(api.CodeInvalid, "/secret", "secret is the value that version %d of the signing secret %q has already; supply a new one", number, s.Name)
		}
	}
	return key, digest, nil
}
