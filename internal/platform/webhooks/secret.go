package webhooks

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/lifecycle"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// Secrets serves the routes of the signing secrets, and finds what signs a delivery.
type Secrets struct {
	engine  *credentials.Engine
	changes *httpapi.Changes
}

func newSecrets(engine *credentials.Engine, changes *httpapi.Changes) *Secrets {
	h := &Secrets{engine: engine, changes: changes}
	engine.Register(api.SigningSecrets, func(ctx context.Context, tx *txn.Tx, id string) (credentials.Object, error) {
		return h.load(ctx, tx, id)
	})
	return h
}

func (h *Secrets) mount(r *httpapi.Router) {
	shared := lifecycle.Handler{
		Kind: api.SigningSecrets, Label: "SigningSecret", Returns: api.SigningSecret{}, Engine: h.engine, Changes: h.changes,
	}
	r.Tag(api.SigningSecrets.Tag, "What deliveries are signed with, and its rotation.")
	r.OrNull(api.SigningSecret{}, "probe")
	one := api.SigningSecrets.Route("{id}")
	httpapi.Register(r, httpapi.Operation{
		ID: "createSigningSecret", Method: http.MethodPost, Path: api.SigningSecrets.Route(), Tag: api.SigningSecrets.Tag,
		Permission: api.PermissionWrite, Returns: api.SigningSecret{}, Status: http.StatusCreated,
		Summary: "Create a signing secret",
		Description: "Makes a signing secret and its first version, or takes the caller's. " +
			"The value is not in the answer: reveal it. A name that existed before continues its numbers.",
	}, h.create)
	httpapi.Register(r, httpapi.Operation{
		ID: "listSigningSecrets", Method: http.MethodGet, Path: api.SigningSecrets.Route(), Tag: api.SigningSecrets.Tag,
		Permission: api.PermissionRead, Returns: api.Page[api.SigningSecret]{}, Summary: "List signing secrets",
		Description: "Lists the signing secrets of the environment in the order of their ids, in pages.",
	}, h.list)
	httpapi.Register(r, httpapi.Operation{
		ID: "getSigningSecret", Method: http.MethodGet, Path: one, Tag: api.SigningSecrets.Tag,
		Permission: api.PermissionRead, Returns: api.SigningSecret{}, Summary: "Read a signing secret",
		Description: "Returns the signing secret, where it stands in its rotation, and never a value.",
	}, shared.Get)
	httpapi.Register(r, httpapi.Operation{
		ID: "patchSigningSecret", Method: http.MethodPatch, Path: one, Tag: api.SigningSecrets.Tag,
		Permission: api.PermissionWrite, Returns: api.SigningSecret{}, Summary: "Change a signing secret",
		Description: "Merge patch. Raising minimum_version revokes every version below it in the same transaction.",
	}, h.patch)
	httpapi.Register(r, httpapi.Operation{
		ID: "deleteSigningSecret", Method: http.MethodDelete, Path: one, Tag: api.SigningSecrets.Tag,
		Permission: api.PermissionWrite, Summary: "Delete a signing secret",
		Description: "Ends every version at once, in any phase. Refused while deletion_protection is true.",
	}, h.delete)
	shared.MountRotation(r)
	shared.Mount(r)
}

type createSecretInput struct {
	httpapi.Creating
	Body api.SigningSecretCreate
}

func (h *Secrets) create(ctx context.Context, in *createSecretInput) (*httpapi.Answer, error) {
	return h.changes.Create(ctx, api.SigningSecrets, in.Creating, in.Body.Name, func(tx *txn.Tx) (*httpapi.Answer, error) {
		s, err := expandSecret(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if err := checkSecret(s.SigningSecret); err != nil {
			return nil, err
		}
		if s.policy, err = credentials.PolicyNamed(ctx, tx, s.RotationPolicyID, ""); err != nil {
			return nil, err
		}
		if err := checkRoom(ctx, tx, s.EndpointID); err != nil {
			return nil, err
		}
		is := guardrails.SigningSecret(s.SigningSecret, s.policy)
		is.Values = guardrails.SuppliedOne("secret", in.Body.Secret)
		if err := guardrails.Check(ctx, tx, s.ID, nil, is); err != nil {
			return nil, err
		}
		if err := httpapi.CheckNameFree(ctx, tx, api.SigningSecrets, s.Name); err != nil {
			return nil, err
		}
		first, err := credentials.StartNumber(ctx, tx, api.SigningSecrets, s.Name, in.Body.NamePrefix)
		if err != nil {
			return nil, err
		}
		issue, err := s.Issuer(ctx, tx, in.Body.Secret)
		if err != nil {
			return nil, err
		}
		lowest := max(first, httpapi.ValueOr(s.MinimumVersion, 1))
		after, done := rotation.Create(tx.Now, tx.Actor, lowest, time.Time{})
		err = credentials.Record(ctx, tx, s.Parts(), after, []rotation.Transition{done}, issue)
		if err != nil {
			return nil, err
		}
		if err := tx.InsertSigningSecret(ctx, s.SigningSecret); err != nil {
			return nil, err
		}
		return httpapi.Created(api.SigningSecrets, &s.Object, s.Show(tx.Now)), nil
	})
}

type secretListInput struct {
	httpapi.ObjectListing
	httpapi.ByOwner
	httpapi.ByEndpoint
	lifecycle.ByAge
}

func (h *Secrets) list(ctx context.Context, in *secretListInput) (out *httpapi.Answer, err error) {
	list, err := in.List(api.SigningSecrets)
	if err != nil {
		return nil, err
	}
	list.Owner, list.EndpointID = in.Owner, in.EndpointID
	selection, err := in.Selection(lifecycle.ByExpiry{})
	if err != nil {
		return nil, err
	}
	err = h.engine.View(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		records, err := tx.SigningSecrets(ctx, tx.Scope, list)
		if err != nil {
			return err
		}
		found := make([]*signingSecret, len(records))
		for i, record := range records {
			if found[i], err = h.settled(ctx, tx, record); err != nil {
				return err
			}
		}
		selects := func(s *signingSecret) bool {
			return selection.Takes(s.Credential.Credential, s.policy, time.Time{}, tx.Now)
		}
		out, err = httpapi.Selected(in.PageSize, found, func(s *signingSecret) string { return s.ID }, selects,
			func(s *signingSecret) api.SigningSecret { return s.flatten(tx.Now) })
		return err
	})
	return out, err
}

type patchSecretInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.SigningSecretPatch `contentType:"application/merge-patch+json"`
}

func (h *Secrets) patch(ctx context.Context, in *patchSecretInput) (*httpapi.Answer, error) {
	if err := h.engine.SettleFirst(ctx, access.CallerOf(ctx), api.SigningSecrets, in.ID); err != nil {
		return nil, err
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		s, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		err = httpapi.CheckMatchSettled(api.SigningSecrets, &s.Object, &s.Credential, in.IfMatch)
		if err != nil {
			return nil, err
		}
		before, shownBefore := *s.SigningSecret, s.Show(tx.Now)
		was := guardrails.SigningSecret(s.SigningSecret, s.policy)
		if err := s.patchMetadata(ctx, tx, &before, &in.Body); err != nil {
			return nil, err
		}
		is := guardrails.SigningSecret(s.SigningSecret, s.policy)
		if err := guardrails.Check(ctx, tx, s.ID, &was, is); err != nil {
			return nil, err
		}
		done, err := s.patchCredential(ctx, tx, &in.Body)
		if err != nil {
			return nil, err
		}
		if len(done) == 0 && reflect.DeepEqual(before, *s.SigningSecret) {
			return httpapi.Object(&s.Object, s.Show(tx.Now)), nil
		}
		s.Parts().Touch()
		if err := s.Save(ctx, tx); err != nil {
			return nil, err
		}
		after := s.Show(tx.Now)
		err = tx.Audit(ctx, txn.ActionUpdate, api.SigningSecrets.Path, s.ID, httpapi.Differences(shownBefore, after))
		return httpapi.Object(&s.Object, after), err
	})
}

func (h *Secrets) delete(ctx context.Context, in *httpapi.ByIDConditional) (*httpapi.Answer, error) {
	if err := h.engine.SettleFirst(ctx, access.CallerOf(ctx), api.SigningSecrets, in.ID); err != nil {
		return nil, err
	}
	return h.changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		s, err := h.load(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := httpapi.CheckMatch(api.SigningSecrets, &s.Object, in.IfMatch); err != nil {
			return nil, err
		}
		if s.DeletionProtection {
			return nil, problem.New(api.CodeConflict, "",
				"the signing secret %q is protected; set deletion_protection to false first", s.Name)
		}
		ref := store.Ref{Scope: tx.Scope, Kind: api.SigningSecrets.Path, ID: s.ID}
		if err := txn.Bury(ctx, tx, ref); err != nil {
			return nil, err
		}
		if err := tx.DeleteSigningSecret(ctx, tx.Scope, s.ID); err != nil {
			return nil, err
		}
		return httpapi.NoContent(), txn.AuditClosed(ctx, tx, ref, credentials.Deleted(s.Parts()))
	})
}
