package platform

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Purposes of the keys in the store.
const (
	purposeLookup  = "lookup"  // token values are found by their keyed hash
	purposeRequest = "request" // bodies are compared by their keyed hash
)

func purposeComparison(scope store.Scope) string {
	return "comparison/" + scope.Tenant + "/" + scope.Environment
}

const keyBytes = 32

// symmetricKey is a key out of the store, opened.
type symmetricKey struct {
	number int64
	key    []byte
}

// vault has the platform's keys. What leaves secret.Value in this package leaves it here, where it is hashed, sealed
// or revealed.
type vault struct {
	keyring *keyring.Keyring
	lookup  symmetricKey
	request symmetricKey

	mu         sync.Mutex
	comparison map[store.Scope]symmetricKey
}

// openVault opens the keys of the platform, and makes those that the store does not have yet.
func openVault(ctx context.Context, s *store.Store, k *keyring.Keyring, random *source, now time.Time) (*vault, error) {
	v := &vault{keyring: k, comparison: map[store.Scope]symmetricKey{}}
	open := func(ensure func(tx *store.Tx, purpose string) (symmetricKey, error)) func(*store.Tx) error {
		return func(tx *store.Tx) (err error) {
			if v.lookup, err = ensure(tx, purposeLookup); err != nil {
				return err
			}
			v.request, err = ensure(tx, purposeRequest)
			return err
		}
	}
	err := s.View(ctx, open(func(tx *store.Tx, purpose string) (symmetricKey, error) { return v.key(ctx, tx, purpose) }))
	if errors.Is(err, store.ErrNotFound) {
		err = s.Update(ctx, open(func(tx *store.Tx, purpose string) (symmetricKey, error) {
			return v.ensureKey(ctx, tx, purpose, random, now)
		}))
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (v *vault) key(ctx context.Context, tx *store.Tx, purpose string) (symmetricKey, error) {
	number, sealed, err := tx.LatestKey(ctx, purpose)
	if err != nil {
		return symmetricKey{}, err
	}
	key, err := v.keyring.OpenKey(sealed, purpose, number)
	if err != nil {
		return symmetricKey{}, fmt.Errorf("the %s key in the database does not open with keyring.json: both must come from the same data directory: %w", purpose, err)
	}
	return symmetricKey{number, key}, nil
}

func (v *vault) ensureKey(ctx context.Context, tx *store.Tx, purpose string, random *source, now time.Time) (symmetricKey, error) {
	found, err := v.key(ctx, tx, purpose)
	if !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	key, err := random.bytes(keyBytes)
	if err != nil {
		return symmetricKey{}, err
	}
	sealed, err := v.keyring.SealKey(key, purpose, 1)
	if err != nil {
		return symmetricKey{}, err
	}
	return symmetricKey{1, key}, tx.InsertKey(ctx, purpose, 1, sealed, now)
}

// comparisonKey returns the key of an environment's digests. It never changes, so it is read once.
func (v *vault) comparisonKey(ctx context.Context, tx *store.Tx, scope store.Scope) (symmetricKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if k, known := v.comparison[scope]; known {
		return k, nil
	}
	k, err := v.key(ctx, tx, purposeComparison(scope))
	if err == nil {
		v.comparison[scope] = k
	}
	return k, err
}

// hash is what a token value is found by.
func (v *vault) hash(token secret.Value) []byte {
	mac := hmac.New(sha256.New, v.lookup.key)
	mac.Write([]byte(token.Expose())) //nolint:forbidigo // hashed for lookup
	return mac.Sum(nil)
}

// wellFormed spares the store the look-up of what cannot be a token.
func (v *vault) wellFormed(prefix string, token secret.Value) bool {
	return WellFormed(prefix, token.Expose()) //nolint:forbidigo // compared with its own checksum
}

// sealToken seals a scoped token's value and returns the hash it is found by.
func (v *vault) sealToken(value secret.Value, b keyring.Bound) (sealed, hash []byte, err error) {
	if sealed, err = v.keyring.Seal(value, b); err != nil {
		return nil, nil, err
	}
	return sealed, v.hash(value), nil
}

// sealCredentials seals a connector's credentials, all in one.
func (v *vault) sealCredentials(credentials map[string]secret.Value, b keyring.Bound) ([]byte, error) {
	joined, err := json.Marshal(exposed(credentials))
	if err != nil {
		return nil, errors.New("the credentials cannot be written as JSON")
	}
	return v.keyring.Seal(secret.New(string(joined)), b)
}

// digest is what the provider recognises a connector's credentials by.
func (v *vault) digest(k symmetricKey, connectorID string, credentials map[string]secret.Value) (string, error) {
	return api.Digest(k.number, k.key, api.KindConnectors, connectorID, exposed(credentials))
}

// supplied reads a signing secret that the caller made.
func (v *vault) supplied(value secret.Value) (webhook.Key, error) {
	return webhook.ParseSupplied(value.Expose()) //nolint:forbidigo // read, to be sealed
}

// sealSigningKey seals what signs deliveries.
func (v *vault) sealSigningKey(k webhook.Key, b keyring.Bound) ([]byte, error) {
	return v.keyring.Seal(secret.New(k.Expose()), b) //nolint:forbidigo // sealed
}

// signingKey opens what sealSigningKey has sealed.
func (v *vault) signingKey(sealed []byte, b keyring.Bound) (webhook.Key, error) {
	value, err := v.keyring.Open(sealed, b)
	if err != nil {
		return webhook.Key{}, err
	}
	return webhook.ParseSecret(value.Expose()) //nolint:forbidigo // what signs has a type of its own that never prints itself
}

// signingDigest is what the provider recognises a supplied signing secret by.
func (v *vault) signingDigest(k symmetricKey, id string, value webhook.Key) (string, error) {
	return api.Digest(k.number, k.key, api.KindSigningSecrets, id, value.Expose()) //nolint:forbidigo // hashed
}

// revealSigning shows what a receiver verifies with: the secret itself for HMAC, the public key for ed25519. A private key is for
// nobody but the platform: whoever has it can sign deliveries of their own.
func (v *vault) revealSigning(sealed []byte, b keyring.Bound, endsAt *time.Time) (*reveal, error) {
	k, err := v.signingKey(sealed, b)
	if err != nil {
		return nil, err
	}
	value := k.Public()
	if value == "" {
		value = k.Expose() //nolint:forbidigo // revealed to who may
	}
	return &reveal{Version: b.Version, Value: value, ExpiresAt: endsAt}, nil
}

// reveal is the answer that has a value in clear, and the only one.
type reveal struct {
	Version   int64      `json:"version" doc:"The number of the version."`
	Value     string     `json:"value" doc:"The value itself. Of an ed25519 signing secret the public key (whpk_), which is what a receiver needs: the private key is never revealed."`
	ExpiresAt *time.Time `json:"expires_at" doc:"When this value ends by itself. Null where no end is set."`
}

func (v *vault) reveal(sealed []byte, b keyring.Bound, endsAt *time.Time) (*reveal, error) {
	value, err := v.keyring.Open(sealed, b)
	if err != nil {
		return nil, err
	}
	return &reveal{Version: b.Version, Value: value.Expose(), ExpiresAt: endsAt}, nil //nolint:forbidigo // revealed to who may
}

// comparisonKey in an identity, as it is sent.
type comparisonKey struct {
	Number int64  `json:"number" doc:"The key number that a digest begins with: k1: for 1."`
	Key    string `json:"key" doc:"32 bytes in standard base64."`
}

func (k symmetricKey) sent() *comparisonKey {
	return &comparisonKey{Number: k.number, Key: base64.StdEncoding.EncodeToString(k.key)}
}

func exposed(credentials map[string]secret.Value) map[string]string {
	out := make(map[string]string, len(credentials))
	for k, v := range credentials {
		out[k] = v.Expose() //nolint:forbidigo // sealed, and hashed for the digest
	}
	return out
}

// lengths is what the checks may know of credentials.
func lengths(credentials map[string]secret.Value) map[string]int {
	out := make(map[string]int, len(credentials))
	for k, v := range credentials {
		out[k] = len(v.Expose()) //nolint:forbidigo // only the length goes on
	}
	return out
}
