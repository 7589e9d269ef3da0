package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// read reads a page of subjects in the order of their ids, which begin with their kind, after their deadlines.
func (h *Handler) read(ctx context.Context, tx *txn.Tx, q query) (found []*subject, err error) {
	list := q.list
	for _, kind := range q.kinds {
		list.Limit = q.list.Limit - len(found)
		if list.Limit == 0 {
			break
		}
		some, err := h.readKind(ctx, tx, kind, list)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// readFindings reads the open findings of a page of subjects, in the order of their ids.
func readFindings(ctx context.Context, tx *txn.Tx, page []*subject) error {
	ids := make([]string, len(page))
	for i, s := range page {
		ids[i] = s.object.ID
	}
	all, err := tx.OpenFindings(ctx, tx.Scope, ids)
	for _, s := range page {
		s.findings = all[s.object.ID]
	}
	return err
}

func (h *Handler) readKind(
	ctx context.Context, tx *txn.Tx, kind string, list store.List,
) (found []*subject, err error) {
	switch kind {
	case api.KindConnectors:
		found, err = connectors(ctx, tx, list)
	case api.KindScopedTokens:
		found, err = scopedTokens(ctx, tx, list)
	case api.KindSigningSecrets:
		found, err = signingSecrets(ctx, tx, list)
	case api.KindWorkloadIdentities:
		return workloadIdentities(ctx, tx, list)
	case api.KindPrincipals:
		return principals(ctx, tx, list)
	default:
		return nil, fmt.Errorf("the inventory has no %s", kind)
	}
	for _, s := range found {
		credentials.ShowSettled(tx, h.engine, s.parts())
		s.lastUsed = s.credential.LastUsedAt
	}
	return found, err
}

// rotated returns a subject with versions, under its policy.
func rotated(ctx context.Context, tx *txn.Tx, s subject, policyID string) (*subject, error) {
	var err error
	s.versioned = true
	s.policy, err = credentials.Policy(ctx, tx, policyID)
	return &s, err
}

func connectors(ctx context.Context, tx *txn.Tx, list store.List) ([]*subject, error) {
	page, err := tx.Connectors(ctx, tx.Scope, list)
	found := make([]*subject, len(page))
	for i, c := range page {
		if err != nil {
			return nil, err
		}
		var expiry time.Time
		if c.CredentialsExpireAt != nil {
			expiry, _ = api.ParseExpiry(*c.CredentialsExpireAt) // it was checked before it was stored
		}
		found[i], err = rotated(ctx, tx, subject{
			kind: api.KindConnectors, object: &c.Object, owner: c.Owner, connectorID: c.ID, expiry: expiry,
			credential: &c.Credential, certified: c.CertifiedUntil,
		}, c.RotationPolicyID)
	}
	return found, err
}

func scopedTokens(ctx context.Context, tx *txn.Tx, list store.List) ([]*subject, error) {
	page, err := tx.ScopedTokens(ctx, tx.Scope, list)
	found := make([]*subject, len(page))
	for i, t := range page {
		if err != nil {
			return nil, err
		}
		found[i], err = rotated(ctx, tx, subject{
			kind: api.KindScopedTokens, object: &t.Object, owner: t.Owner, connectorID: t.ConnectorID, scopes: t.Scopes,
			expiry: t.Credential.ExpiresAt, credential: &t.Credential, certified: t.CertifiedUntil,
		}, t.RotationPolicyID)
	}
	return found, err
}

func signingSecrets(ctx context.Context, tx *txn.Tx, list store.List) ([]*subject, error) {
	page, err := tx.SigningSecrets(ctx, tx.Scope, list)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(page))
	for i, s := range page {
		ids[i] = s.ID
	}
	of, err := tx.ConnectorsOfSecrets(ctx, tx.Scope, ids)
	found := make([]*subject, len(page))
	for i, s := range page {
		if err != nil {
			return nil, err
		}
		found[i], err = rotated(ctx, tx, subject{
			kind: api.KindSigningSecrets, object: &s.Object, owner: s.Owner, connectorID: of[s.ID], credential: &s.Credential,
			certified: s.CertifiedUntil,
		}, s.RotationPolicyID)
	}
	return found, err
}

func workloadIdentities(ctx context.Context, tx *txn.Tx, list store.List) ([]*subject, error) {
	page, err := tx.WorkloadIdentities(ctx, tx.Scope, list)
	found := make([]*subject, len(page))
	for i, w := range page {
		found[i] = caller(api.KindWorkloadIdentities, &w.Object, w.Role, w.LastUsedAt)
		found[i].owner = w.Owner
	}
	return found, err
}

func principals(ctx context.Context, tx *txn.Tx, list store.List) ([]*subject, error) {
	page, err := tx.Principals(ctx, tx.Scope, list)
	found := make([]*subject, len(page))
	for i, p := range page {
		o := &store.Object{ID: p.ID, Name: p.Name, Scope: p.Scope, CreatedAt: p.CreatedAt}
		found[i] = caller(api.KindPrincipals, o, p.Role, p.LastUsedAt)
		found[i].expiry = p.ExpiresAt
	}
	return found, err
}
