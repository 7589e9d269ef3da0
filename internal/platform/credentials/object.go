package credentials

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Object is an object that has a credential: a connector, a scoped token or a signing secret.
type Object interface {
	Parts() Parts
	Save(ctx context.Context, tx *txn.Tx) error
	// Show returns the object as clients see it. The type is the domain's: the engine only hands it on.
	Show(now time.Time) any
}

// Parts are the parts of an object that the engine works on.
type Parts struct {
	Kind       api.Kind
	Object     *store.Object
	Credential *store.Credential
	Policy     rotation.Policy
	Owner      string
	// RevealNeeds is a permission that revealing a value needs besides the permission to reveal; empty for none.
	RevealNeeds string
	// Scopes are what a version may be used for; nil where it has no scopes.
	Scopes []string
	// ScopesSince says since when it has scopes that it was not made with.
	ScopesSince map[string]time.Time
	// UnusedExpiry is after how long without a use it is put in quarantine; nil where its environment says so.
	UnusedExpiry *string
	// Revoked is called for every version that is revoked, but not for one that is cancelled; nil for nothing.
	Revoked func(number int64)
}

// Touch counts a change of the object that is not a settled deadline.
func (p Parts) Touch() {
	p.Object.Etag++
	p.Credential.SettledBase, p.Credential.SettledSteps = 0, nil
}

func (p Parts) ref() store.Ref {
	return store.Ref{Scope: p.Object.Scope, Kind: p.Kind.Path, ID: p.Object.ID}
}

// Issuer makes and stores the value of a version that was just issued.
type Issuer func(ctx context.Context, number int64) error

// Rotated is an object whose versions the rotation rules move: a scoped token or a signing secret.
type Rotated interface {
	Object
	// Issuer returns what makes the values that a step issues, or what stores the value that the caller supplied.
	Issuer(ctx context.Context, tx *txn.Tx, supplied *secret.Value) (Issuer, error)
	// Reveal opens the value of one version.
	Reveal(ctx context.Context, tx *txn.Tx, sealed []byte, b keyring.Bound, endsAt *time.Time) (*keys.Reveal, error)
}

// Loader reads an object by its id and hands it to Engine.Settle.
type Loader func(ctx context.Context, tx *txn.Tx, id string) (Object, error)
