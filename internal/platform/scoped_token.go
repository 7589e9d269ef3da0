package platform

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func (r *router) scopedTokens() {
	const path = "/v1/" + api.KindScopedTokens
	register(r, operation{
		id: "createScopedToken", method: http.MethodPost, path: path, tag: tagScopedTokens, permission: api.PermissionWrite,
		summary: "Create a scoped token", status: http.StatusCreated,
		description: "Makes a token and its first version. The value is not in the answer: reveal it. A name that existed before continues its numbers.",
	}, r.createScopedToken)
	register(r, operation{
		id: "listScopedTokens", method: http.MethodGet, path: path, tag: tagScopedTokens, permission: api.PermissionRead,
		summary: "List scoped tokens", description: "Lists the tokens of the environment in the order of their ids, in pages.",
	}, r.listScopedTokens)
	register(r, operation{
		id: "getScopedToken", method: http.MethodGet, path: path + "/{id}", tag: tagScopedTokens, permission: api.PermissionRead,
		summary: "Read a scoped token", description: "Returns the token and where it stands in its rotation, and never a value.",
	}, r.getScopedToken)
	register(r, operation{
		id: "patchScopedToken", method: http.MethodPatch, path: path + "/{id}", tag: tagScopedTokens, permission: api.PermissionWrite,
		summary: "Change a scoped token", description: "Merge patch. Raising minimum_version revokes every version below it in the same transaction.",
	}, r.patchScopedToken)
	register(r, operation{
		id: "deleteScopedToken", method: http.MethodDelete, path: path + "/{id}", tag: tagScopedTokens, permission: api.PermissionWrite,
		summary: "Delete a scoped token", description: "Ends every version at once, in any phase. Refused while deletion_protection is true.",
	}, r.deleteScopedToken)
	registerRotated(r, scopedTokenKind)
}

var scopedTokenKind = rotatedKind[api.ScopedToken]{noun: nounScopedToken, label: "ScopedToken", tag: tagScopedTokens, load: (*work).scopedToken}

// scopedToken is a stored token with the rules that hold for its rotation.
type scopedToken struct {
	*store.ScopedToken
	policy rotation.Policy
}

func (t *scopedToken) parts() parts {
	return parts{nounScopedToken, &t.Object, &t.Credential, t.policy, nil}
}

func (t *scopedToken) save(ctx context.Context, w *work) error {
	return w.tx.UpdateScopedToken(ctx, t.ScopedToken)
}

func (t *scopedToken) show(now time.Time) api.ScopedToken {
	return flattenScopedToken(t.ScopedToken, t.policy, now)
}

func (w *work) scopedToken(ctx context.Context, id string) (rotated[api.ScopedToken], error) {
	return w.readScopedToken(ctx, id)
}

// settledScopedToken reads a token to change it, in a write transaction.
func (w *work) settledScopedToken(ctx context.Context, id string) (*scopedToken, error) {
	t, err := w.readScopedToken(ctx, id)
	if err != nil {
		return nil, err
	}
	return t, settleDeadlines(ctx, w, t)
}

func (w *work) readScopedToken(ctx context.Context, id string) (*scopedToken, error) {
	record, err := w.tx.ScopedToken(ctx, w.scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nounScopedToken.notFound(w.scope)
	}
	if err != nil {
		return nil, err
	}
	policy, err := w.policy(ctx, record.RotationPolicyID)
	return &scopedToken{record, policy}, err
}

// settleScopedToken is settleFirst for a token.
func (p *Platform) settleScopedToken(ctx context.Context, id string) error {
	return settleFirst(ctx, p, scopedTokenKind.loader(), id)
}

type createScopedTokenInput struct {
	Keyed
	Body api.ScopedTokenCreate
}

func (p *Platform) createScopedToken(ctx context.Context, in *createScopedTokenInput) (*created[api.ScopedToken], error) {
	return asCreated(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.ScopedToken], err error) {
		b := in.Body
		t := &scopedToken{ScopedToken: &store.ScopedToken{
			Owner: b.Owner, ConnectorID: b.ConnectorID, Scopes: b.Scopes, AllowedCIDRs: b.AllowedCIDRs, ExpiresAt: b.ExpiresAt,
			RotationPolicyID: or(b.RotationPolicyID, ""), RotateWhenChanged: b.RotateWhenChanged,
			MinimumVersion: b.MinimumVersion, DeletionProtection: or(b.DeletionProtection, false),
		}}
		if t.Object, err = w.newObject(nounScopedToken, b.Name, b.Description, b.Labels); err != nil {
			return out, err
		}
		if err := checkScopedToken(t.ScopedToken); err != nil {
			return out, err
		}
		expiry, err := expiryOf(t.ExpiresAt)
		if err != nil {
			return out, err
		}
		if !expiry.IsZero() && !w.now.Before(expiry) {
			return out, refused("/expires_at", errors.New("must be in the future"))
		}
		if err := w.scopesAllowed(ctx, t.ScopedToken); err != nil {
			return out, err
		}
		if t.policy, err = w.policyNamed(ctx, t.RotationPolicyID); err != nil {
			return out, err
		}
		if err := w.nameFree(ctx, nounScopedToken, t.Name); err != nil {
			return out, err
		}
		first, err := w.startNumber(ctx, nounScopedToken, t.Name)
		if err != nil {
			return out, err
		}
		credential, done := rotation.Create(w.now, w.actor, max(first, or(t.MinimumVersion, 1)), expiry)
		if err := w.carry(ctx, t.parts(), credential, []rotation.Transition{done}, issueToken(w, t.ID)); err != nil {
			return out, err
		}
		if err := w.tx.InsertScopedToken(ctx, t.ScopedToken); err != nil {
			return out, err
		}
		return createdAt(nounScopedToken, &t.Object, t.show(w.now)), nil
	}))
}

func (p *Platform) listScopedTokens(ctx context.Context, in *listing) (out *listed[api.ScopedToken], err error) {
	list, err := in.list(nounScopedToken)
	if err != nil {
		return nil, err
	}
	err = p.view(ctx, func(w *work) (due []store.Ref, err error) {
		records, err := w.tx.ScopedTokens(ctx, w.scope, list)
		if err != nil {
			return nil, err
		}
		tokens := make([]*scopedToken, len(records))
		for i, record := range records {
			policy, err := w.policy(ctx, record.RotationPolicyID)
			if err != nil {
				return nil, err
			}
			tokens[i] = &scopedToken{record, policy}
			due = append(due, tokens[i].parts().refIfDue(w.now)...)
		}
		out = pageOf(*in, tokens, func(t *scopedToken) string { return t.ID }, func(t *scopedToken) api.ScopedToken { return t.show(w.now) })
		return due, nil
	})
	return out, err
}

func (p *Platform) getScopedToken(ctx context.Context, in *ByID) (out *shown[api.ScopedToken], err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		t, err := w.readScopedToken(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out, err = asShown(nowIs(&t.Object, t.show(w.now)), nil)
		return t.parts().refIfDue(w.now), err
	})
	return out, err
}

type patchScopedTokenInput struct {
	ByID
	Conditional
	Body api.ScopedTokenPatch `contentType:"application/merge-patch+json"`
}

func (p *Platform) patchScopedToken(ctx context.Context, in *patchScopedTokenInput) (*shown[api.ScopedToken], error) {
	if err := p.settleScopedToken(ctx, in.ID); err != nil {
		return nil, err
	}
	return asShown(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.ScopedToken], err error) {
		t, err := w.settledScopedToken(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatchSettled(nounScopedToken, &t.Object, &t.Credential, in.IfMatch); err != nil {
			return out, err
		}
		before, shownBefore := *t.ScopedToken, t.show(w.now)
		if err := w.patchMetadata(ctx, t, &before, &in.Body); err != nil {
			return out, err
		}
		done, err := w.patchCredential(ctx, t, &in.Body)
		if err != nil {
			return out, err
		}
		if len(done) == 0 && reflect.DeepEqual(before, *t.ScopedToken) {
			return nowIs(&t.Object, t.show(w.now)), nil
		}
		t.parts().bump()
		if err := t.save(ctx, w); err != nil {
			return out, err
		}
		after := t.show(w.now)
		err = w.audit(ctx, actionUpdate, api.KindScopedTokens, t.ID, map[string]string{"changed": differences(shownBefore, after)})
		return nowIs(&t.Object, after), err
	}))
}

// patchMetadata carries out the members of a patch that are plain metadata, and checks the whole.
func (w *work) patchMetadata(ctx context.Context, t *scopedToken, before *store.ScopedToken, p *api.ScopedTokenPatch) (err error) {
	if err := mergeScopedToken(t.ScopedToken, p); err != nil {
		return err
	}
	if err := checkScopedToken(t.ScopedToken); err != nil {
		return err
	}
	if !slices.Equal(t.Scopes, before.Scopes) {
		if err := w.scopesAllowed(ctx, t.ScopedToken); err != nil {
			return err
		}
	}
	if t.policy, err = w.policyNamed(ctx, t.RotationPolicyID); err != nil {
		return err
	}
	if t.Name == before.Name {
		return nil
	}
	if err := w.nameFree(ctx, nounScopedToken, t.Name); err != nil {
		return err
	}
	return w.renamed(ctx, t.parts())
}

// patchCredential carries out the members of a patch that the rotation rules know of.
func (w *work) patchCredential(ctx context.Context, t *scopedToken, p *api.ScopedTokenPatch) ([]rotation.Transition, error) {
	if p.ExpiresAt.Set {
		at, err := expiryOf(p.ExpiresAt.Value)
		if err != nil {
			return nil, err
		}
		if t.Credential.Credential, _, err = rotation.SetExpiry(t.Credential.Credential, t.policy, at, w.now); err != nil {
			return nil, err
		}
	}
	var done []rotation.Transition
	if n := p.MinimumVersion.Value; n != nil {
		var err error
		if done, err = w.raiseMinimum(ctx, t.parts(), *n, issueToken(w, t.ID)); err != nil {
			return nil, err
		}
	}
	if p.RotationRequested {
		t.Credential.Credential = rotation.Request(t.Credential.Credential)
	}
	return done, nil
}

func (p *Platform) deleteScopedToken(ctx context.Context, in *deleteInput) (*deleted, error) {
	if err := p.settleScopedToken(ctx, in.ID); err != nil {
		return nil, err
	}
	return asDeleted(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[deleted], err error) {
		t, err := w.settledScopedToken(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounScopedToken, &t.Object, in.IfMatch); err != nil {
			return out, err
		}
		if t.DeletionProtection {
			return out, newProblem(api.CodeConflict, "", "the scoped token %q is protected; set deletion_protection to false first", t.Name)
		}
		if err := w.tx.DeleteScopedToken(ctx, w.scope, t.ID); err != nil {
			return out, err
		}
		return gone(), w.audit(ctx, actionDelete, api.KindScopedTokens, t.ID, map[string]string{"name": t.Name, "versions": numbers(valid(t.Credential.Versions))})
	}))
}

// issuer makes the values of a token: nobody else may.
func (t *scopedToken) issuer(_ context.Context, w *work, supplied *secret.Value) (issuer, error) {
	if supplied != nil {
		return nil, refused("/secret", errors.New("belongs to signing secrets; the values of a scoped token are made by the platform"))
	}
	return issueToken(w, t.ID), nil
}

func (t *scopedToken) reveal(v *vault, sealed []byte, b keyring.Bound, endsAt *time.Time) (*reveal, error) {
	return v.reveal(sealed, b, endsAt)
}

func issueToken(w *work, id string) issuer {
	return func(ctx context.Context, number int64) error {
		value, err := newToken(PrefixScopedToken, w.random)
		if err != nil {
			return err
		}
		sealed, hash, err := w.vault.sealToken(value, w.bound(id, number))
		if err != nil {
			return err
		}
		return w.tx.PutSecret(ctx, id, store.Sealed{Number: number, Value: sealed, LookupHash: hash})
	}
}

// scopesAllowed refuses scopes beyond those of the token's connector, which must exist.
func (w *work) scopesAllowed(ctx context.Context, t *store.ScopedToken) error {
	c, err := w.connectorNamed(ctx, t.ConnectorID)
	if err != nil {
		return err
	}
	for i, s := range t.Scopes {
		if !api.ScopeAllowed(s, c.AllowedScopes) {
			return newProblem(api.CodeInvalid, pointer("scopes", itoa(int64(i))), "scopes has an entry that the connector %q does not allow; leave it out or widen the connector's allowed_scopes first", c.Name)
		}
	}
	return nil
}
