package consents

import (
	"context"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// read reads a consent, and checks its row. It returns store.ErrNotFound for none.
func read(ctx context.Context, tx *txn.Tx, id string) (*store.Consent, error) {
	c, err := tx.Consent(ctx, tx.Scope, id)
	if err != nil {
		return nil, err
	}
	return c, checkBound(ctx, tx, c)
}

func checkBound(ctx context.Context, tx *txn.Tx, c *store.Consent) error {
	bound, err := tx.Keys.Rows().Consent(c)
	return tx.CheckBound(ctx, bound, err)
}

// load reads the consent that a request names.
func load(ctx context.Context, tx *txn.Tx, id string) (*store.Consent, error) {
	c, err := read(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound(kind, tx.Scope)
	}
	if err != nil {
		return nil, err
	}
	return c, tx.ReadNames(ctx, c)
}

// save stores what was decided, and binds it to the consent.
func save(ctx context.Context, tx *txn.Tx, c *store.Consent) error {
	c.Etag++
	if err := tx.UpdateConsent(ctx, c); err != nil {
		return err
	}
	if err := bind(ctx, tx, c); err != nil {
		return err
	}
	return tx.ReadNames(ctx, c)
}

func bind(ctx context.Context, tx *txn.Tx, c *store.Consent) error {
	bound, err := tx.Keys.Rows().Consent(c)
	return tx.Bind(ctx, bound, err)
}

// Of reads the consent that a connector has, for a decision about access; nil for an empty id.
func Of(ctx context.Context, tx *txn.Tx, id string) (*store.Consent, error) {
	if id == "" {
		return nil, nil
	}
	return read(ctx, tx, id)
}

// CheckFor refuses a consent that a connector of a type cannot have. No consent is none to refuse.
func CheckFor(ctx context.Context, tx *txn.Tx, id, connectorType string) error {
	if id == "" {
		return nil
	}
	c, err := read(ctx, tx, id)
	if errors.Is(err, store.ErrNotFound) {
		return problem.New(api.CodeInvalid, "/consent_id", "consent_id names no consent of tenant %s, environment %s",
			tx.Scope.Tenant, tx.Scope.Environment)
	}
	if err != nil {
		return err
	}
	switch MayServe(c, connectorType) {
	case ReasonRevoked:
		return problem.New(api.CodeInvalid, "/consent_id", "consent_id names a consent that was revoked; ask for another "+
			"one with POST %s", kind.Route())
	case ReasonNotGranted:
		return problem.New(api.CodeInvalid, "/consent_id", "consent_id names a consent that is %s and not granted; a "+
			"person with the permission %s has to grant it first", State(c, tx.Now), api.PermissionConsent)
	case ReasonOtherType:
		return problem.New(api.CodeInvalid, "/consent_id", "consent_id names a consent for connectors of type %s, and this "+
			"connector is of type %s; ask for one of this type with POST %s", c.ConnectorType, connectorType, kind.Route())
	}
	return nil
}
