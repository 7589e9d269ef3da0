package platform

import (
	"context"
	"slices"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
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
