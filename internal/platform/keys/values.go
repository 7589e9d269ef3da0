package keys

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

// Token returns the hashes that a token value may be found by. The first one is that of a new token.
func (l Lookup) Token(token secret.Value) [][]byte {
	text := token.Expose() //nolint:forbidigo // hashed for lookup
	return l.hashes(func(mac func(string)) { mac(text) })
}

// MemoryHash returns what a token is found by in the memory of a process. No rotation changes it.
func (k *Keys) MemoryHash(token secret.Value) string {
	return string(k.requestMAC("in memory", token.Expose())) //nolint:forbidigo // hashed for lookup
}

// SuppliedHash returns the keyed hash by which a value that a caller has supplied is found again in the whole tenant.
// No rotation of keys changes it.
func SuppliedHash(k *Keys, tenant string, value secret.Value) []byte {
	return k.requestMAC("supplied", tenant, value.Expose()) //nolint:forbidigo // hashed, to be found again
}

// ReportHash returns what the answer about a reported value names it by: the reporter has the value.
func ReportHash(value secret.Value) string {
	sum := sha256.Sum256([]byte(value.Expose())) //nolint:forbidigo // hashed, for who sent it
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Matches reports whether a value has the form of a token with this prefix. It saves the lookup of what cannot be one.
func Matches(prefix string, token secret.Value) bool {
	return api.WellFormedToken(prefix, token.Expose()) //nolint:forbidigo // compared with its own checksum
}

// prefixesOfSigning begin the values of signing secrets: the secret, the private key and the public key.
var prefixesOfSigning = []string{"whsec_", "whsk_", "whpk_"}

// IsSigningValue reports whether a value has the form of a signing secret or of one of its keys.
func IsSigningValue(value secret.Value) bool {
	text := value.Expose() //nolint:forbidigo // only whether it begins so leaves
	return slices.ContainsFunc(prefixesOfSigning, func(p string) bool { return strings.HasPrefix(text, p) })
}

// Signing returns the hashes by which /v1/identify may find a signing secret, the newest first: of the public key where
// there is one. The hashes of one value in two environments differ.
func (l Lookup) Signing(key webhook.Key, scope store.Scope) [][]byte {
	text := key.Public()
	if text == "" {
		text = key.Expose() //nolint:forbidigo // hashed for lookup
	}
	return l.hashes(func(mac func(string)) {
		for _, part := range []string{"signing secret", scope.Tenant, scope.Environment, text} {
			mac(part + "\x00")
		}
	})
}

// SigningValue is Signing for a value as a caller sent it. ok is false if it is not a signing secret.
func (l Lookup) SigningValue(value secret.Value, scope store.Scope) (hashes [][]byte, ok bool) {
	key, err := webhook.ParseSecret(value.Expose()) //nolint:forbidigo // read, to be hashed
	if err != nil {
		return nil, false
	}
	return l.Signing(key, scope), true
}

// newestHash opens a value, and returns the hash of the newest lookup key for it.
func (k *Keys) newestHash(ctx context.Context, tx *store.Tx, l Lookup, v store.SealedVersion) ([]byte, error) {
	value, err := k.open(ctx, tx, v.Value, keyring.Bound{
		Tenant: v.Scope.Tenant, Environment: v.Scope.Environment, Credential: v.ID, Version: v.Number,
	})
	if err != nil {
		return nil, asUnreadable(err)
	}
	if v.Kind != api.KindSigningSecrets {
		return l.Token(value)[0], nil
	}
	hashes, ok := l.SigningValue(value, v.Scope)
	if !ok {
		return nil, fmt.Errorf("version %d of signing secret %s has no form of one, %w", v.Number, v.ID, errUnreadable)
	}
	return hashes[0], nil
}

// SealToken seals the value of a scoped token, and returns the hash that it is found by.
func (k *Keys) SealToken(
	ctx context.Context, tx *store.Tx, value secret.Value, b keyring.Bound,
) (sealed, hash []byte, err error) {
	if sealed, err = k.seal(ctx, tx, value, b); err != nil {
		return nil, nil, err
	}
	lookup, err := k.Lookup(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	return sealed, lookup.Token(value)[0], nil
}

// SealCredentials seals the credentials of a connector as one value.
func (k *Keys) SealCredentials(
	ctx context.Context, tx *store.Tx, credentials map[string]secret.Value, b keyring.Bound,
) ([]byte, error) {
	joined, err := json.Marshal(exposed(credentials))
	if err != nil {
		return nil, errors.New("the credentials cannot be written as JSON")
	}
	return k.seal(ctx, tx, secret.New(string(joined)), b)
}

// Credentials is the answer that has a connector's credentials in clear.
type Credentials struct {
	Version      int64             `json:"version" doc:"The number of the version."`
	Credentials  map[string]string `json:"credentials" doc:"The credentials in clear. Keep them in memory only."`
	FetchAgainAt time.Time         `json:"fetch_again_at" doc:"Fetch again by then: the credentials may be replaced, and the old ones revoked at the third party."`
	ExpiresAt    *time.Time        `json:"expires_at" doc:"When the access token of a connector of type oauth2 ends. Null for other types."`
}

// OpenCredentials opens the credentials of a connector for a consumer that may have them. Outside of a transaction, tx
// is nil.
func OpenCredentials(
	ctx context.Context, k *Keys, tx *store.Tx, sealed []byte, scope store.Scope, connectorID string, number int64,
) (*Credentials, error) {
	b := keyring.Bound{
		Tenant: scope.Tenant, Environment: scope.Environment, Credential: connectorID, Version: number,
	}
	value, err := k.open(ctx, tx, sealed, b)
	if err != nil {
		return nil, err
	}
	out := &Credentials{Version: b.Version}
	text := value.Expose() //nolint:forbidigo // sent to a consumer that may have them
	if json.Unmarshal([]byte(text), &out.Credentials) != nil {
		return nil, errors.New("the sealed credentials cannot be read as JSON")
	}
	return out, nil
}

// CredentialsDigest returns the digest by which the provider recognises the credentials of a connector.
func CredentialsDigest(
	key SymmetricKey, connectorID string, credentials map[string]secret.Value,
) (string, error) {
	return api.Digest(key.number, key.key, api.Connectors.Path, connectorID, exposed(credentials))
}

// ParseSupplied reads a signing secret that the caller made.
func ParseSupplied(value secret.Value) (webhook.Key, error) {
	return webhook.ParseSupplied(value.Expose()) //nolint:forbidigo // read, to be sealed
}

// SealSigningKey seals a key that signs deliveries.
func (k *Keys) SealSigningKey(
	ctx context.Context, tx *store.Tx, key webhook.Key, b keyring.Bound,
) ([]byte, error) {
	return k.seal(ctx, tx, secret.New(key.Expose()), b) //nolint:forbidigo // sealed
}

// OpenSigningKey opens a key that SealSigningKey sealed.
func (k *Keys) OpenSigningKey(
	ctx context.Context, tx *store.Tx, sealed []byte, b keyring.Bound,
) (webhook.Key, error) {
	value, err := k.open(ctx, tx, sealed, b)
	if err != nil {
		return webhook.Key{}, err
	}
	return webhook.ParseSecret(value.Expose()) //nolint:forbidigo // a webhook.Key never prints itself either
}

// SigningDigest returns the digest by which the provider recognises a supplied signing secret.
func SigningDigest(key SymmetricKey, id string, value webhook.Key) (string, error) {
	exposed := value.Expose() //nolint:forbidigo // hashed
	return api.Digest(key.number, key.key, api.SigningSecrets.Path, id, exposed)
}

// Reveal is the one answer of the API that has a value in clear.
type Reveal struct {
	Version   int64      `json:"version" doc:"The number of the version."`
	Value     string     `json:"value" doc:"The value itself. Of an ed25519 signing secret the public key (whpk_), which is what a receiver needs: the private key is never revealed."`
	ExpiresAt *time.Time `json:"expires_at" doc:"When this value ends by itself. Null where no end is set."`
}

// RevealToken opens the value of a scoped token for a caller that may see it.
func (k *Keys) RevealToken(
	ctx context.Context, tx *store.Tx, sealed []byte, b keyring.Bound, endsAt *time.Time,
) (*Reveal, error) {
	value, err := k.open(ctx, tx, sealed, b)
	if err != nil {
		return nil, err
	}
	opened := value.Expose() //nolint:forbidigo // revealed to a caller that may see it
	return &Reveal{Version: b.Version, Value: opened, ExpiresAt: endsAt}, nil
}

// RevealSigningKey opens what a receiver verifies with: the secret for HMAC, the public key for ed25519. The private
// key never leaves the platform, because its holder could sign deliveries.
func (k *Keys) RevealSigningKey(
	ctx context.Context, tx *store.Tx, sealed []byte, b keyring.Bound, endsAt *time.Time,
) (*Reveal, error) {
	key, err := k.OpenSigningKey(ctx, tx, sealed, b)
	if err != nil {
		return nil, err
	}
	value := key.Public()
	if value == "" {
		value = key.Expose() //nolint:forbidigo // revealed to a caller that may see it
	}
	return &Reveal{Version: b.Version, Value: value, ExpiresAt: endsAt}, nil
}

func exposed(credentials map[string]secret.Value) map[string]string {
	out := make(map[string]string, len(credentials))
	for k, v := range credentials {
		out[k] = v.Expose() //nolint:forbidigo // sealed, and hashed for the digest
	}
	return out
}

// CheckCredentials checks the credentials of a connector of a type, and returns the key of the one that is wrong, or ""
// where the error is not about one value.
func CheckCredentials(
	typ string, settings map[string]string, credentials map[string]secret.Value,
) (key string, err error) {
	given := slices.Sorted(maps.Keys(credentials))
	if err := api.CheckCredentialKeys(typ, settings, given); err != nil {
		return "", err
	}
	for _, k := range given {
		value := credentials[k].Expose() //nolint:forbidigo // the error says nothing of the value
		if listed, err := api.CheckCredential(typ, k, value); err != nil && listed {
			return k, err
		} else if err != nil {
			return "", err
		}
	}
	return "", nil
}
