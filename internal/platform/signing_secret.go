package platform

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (r *router) signingSecrets() {
	const path = "/v1/" + api.KindSigningSecrets
	register(r, operation{
		id: "createSigningSecret", method: http.MethodPost, path: path, tag: tagSigningSecrets, permission: api.PermissionWrite,
		summary: "Create a signing secret", status: http.StatusCreated,
		description: "Makes a signing secret and its first version, or takes the caller's. The value is not in the answer: reveal it. A name that existed before continues its numbers.",
	}, r.createSigningSecret)
	register(r, operation{
		id: "listSigningSecrets", method: http.MethodGet, path: path, tag: tagSigningSecrets, permission: api.PermissionRead,
		summary: "List signing secrets", description: "Lists the signing secrets of the environment in the order of their ids, in pages.",
	}, r.listSigningSecrets)
	register(r, operation{
		id: "getSigningSecret", method: http.MethodGet, path: path + "/{id}", tag: tagSigningSecrets, permission: api.PermissionRead,
		summary: "Read a signing secret", description: "Returns the signing secret, where it stands in its rotation, and never a value.",
	}, r.getSigningSecret)
	register(r, operation{
		id: "patchSigningSecret", method: http.MethodPatch, path: path + "/{id}", tag: tagSigningSecrets, permission: api.PermissionWrite,
		summary: "Change a signing secret", description: "Merge patch. Raising minimum_version revokes every version below it in the same transaction.",
	}, r.patchSigningSecret)
	register(r, operation{
		id: "deleteSigningSecret", method: http.MethodDelete, path: path + "/{id}", tag: tagSigningSecrets, permission: api.PermissionWrite,
		summary: "Delete a signing secret", description: "Ends every version at once, in any phase. Refused while deletion_protection is true.",
	}, r.deleteSigningSecret)
	registerRotated(r, signingSecretKind)
}

var signingSecretKind = rotatedKind[api.SigningSecret]{noun: nounSigningSecret, label: "SigningSecret", tag: tagSigningSecrets, load: (*work).signingSecret}

// signingSecret is a stored signing secret with the rules that hold for its rotation.
type signingSecret struct {
	*store.SigningSecret
	policy rotation.Policy
}

func (s *signingSecret) parts() parts {
	return parts{nounSigningSecret, &s.Object, &s.Credential, s.policy, s.noteRevoked}
}

func (s *signingSecret) save(ctx context.Context, w *work) error {
	s.scheduleProbe(w.now)
	return w.tx.UpdateSigningSecret(ctx, s.SigningSecret)
}

func (s *signingSecret) show(now time.Time) api.SigningSecret {
	return flattenSigningSecret(s.SigningSecret, s.policy, now)
}

func (s *signingSecret) reveal(v *vault, sealed []byte, b keyring.Bound, endsAt *time.Time) (*reveal, error) {
	return v.revealSigning(sealed, b, endsAt)
}

func (w *work) signingSecret(ctx context.Context, id string) (rotated[api.SigningSecret], error) {
	return w.readSigningSecret(ctx, id)
}

// settledSigningSecret reads a signing secret to change it, in a write transaction.
func (w *work) settledSigningSecret(ctx context.Context, id string) (*signingSecret, error) {
	s, err := w.readSigningSecret(ctx, id)
	if err != nil {
		return nil, err
	}
	return s, settleDeadlines(ctx, w, s)
}

// settledSigningSecretsOf reads the signing secrets of an endpoint to change them.
func (w *work) settledSigningSecretsOf(ctx context.Context, endpointID string) ([]*signingSecret, error) {
	records, err := w.tx.SigningSecretsOf(ctx, w.scope, endpointID)
	if err != nil {
		return nil, err
	}
	found := make([]*signingSecret, len(records))
	for i, record := range records {
		if found[i], err = w.settledSigningSecret(ctx, record.ID); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (w *work) readSigningSecret(ctx context.Context, id string) (*signingSecret, error) {
	record, err := w.tx.SigningSecret(ctx, w.scope, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nounSigningSecret.notFound(w.scope)
	}
	if err != nil {
		return nil, err
	}
	return w.withPolicy(ctx, record)
}

func (w *work) withPolicy(ctx context.Context, record *store.SigningSecret) (*signingSecret, error) {
	policy, err := w.policy(ctx, record.RotationPolicyID)
	return &signingSecret{record, policy}, err
}

type createSigningSecretInput struct {
	Keyed
	Body api.SigningSecretCreate
}

func (p *Platform) createSigningSecret(ctx context.Context, in *createSigningSecretInput) (*created[api.SigningSecret], error) {
	return asCreated(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.SigningSecret], err error) {
		b := in.Body
		s := &signingSecret{SigningSecret: &store.SigningSecret{
			Owner: b.Owner, EndpointID: b.EndpointID, Algorithm: or(b.Algorithm, api.DefaultAlgorithm), SecretWOVersion: b.SecretWOVersion,
			RotationPolicyID: b.RotationPolicyID, RotateWhenChanged: b.RotateWhenChanged, MinimumVersion: b.MinimumVersion,
			DeletionProtection: or(b.DeletionProtection, false),
		}}
		if s.Object, err = w.newObject(nounSigningSecret, b.Name, b.Description, b.Labels); err != nil {
			return out, err
		}
		if err := checkSigningSecret(s.SigningSecret); err != nil {
			return out, err
		}
		if s.policy, err = w.policyNamed(ctx, s.RotationPolicyID); err != nil {
			return out, err
		}
		if err := w.roomForSigningSecret(ctx, s.EndpointID); err != nil {
			return out, err
		}
		if err := w.nameFree(ctx, nounSigningSecret, s.Name); err != nil {
			return out, err
		}
		first, err := w.startNumber(ctx, nounSigningSecret, s.Name)
		if err != nil {
			return out, err
		}
		issue, err := s.issuer(ctx, w, b.Secret)
		if err != nil {
			return out, err
		}
		credential, done := rotation.Create(w.now, w.actor, max(first, or(s.MinimumVersion, 1)), time.Time{})
		if err := w.carry(ctx, s.parts(), credential, []rotation.Transition{done}, issue); err != nil {
			return out, err
		}
		if err := w.tx.InsertSigningSecret(ctx, s.SigningSecret); err != nil {
			return out, err
		}
		return createdAt(nounSigningSecret, &s.Object, s.show(w.now)), nil
	}))
}

// roomForSigningSecret finds the endpoint of a new signing secret, and refuses one signature more than receivers look at.
func (w *work) roomForSigningSecret(ctx context.Context, endpointID string) error {
	e, err := w.tx.WebhookEndpoint(ctx, w.scope, endpointID)
	if errors.Is(err, store.ErrNotFound) {
		return newProblem(api.CodeInvalid, "/endpoint_id", "endpoint_id names no webhook endpoint of tenant %s, environment %s", w.scope.Tenant, w.scope.Environment)
	}
	if err != nil {
		return err
	}
	count, err := w.tx.ReferencesTo(ctx, w.scope, api.KindWebhookEndpoints, endpointID)
	if err == nil && count[api.KindSigningSecrets] >= api.MaxSigningSecretsPerEndpoint {
		return newProblem(api.CodeConflict, "/endpoint_id", "the webhook endpoint %q has %d signing secrets, and more would make more signatures than receivers look at; delete one that is not needed any more first",
			e.Name, count[api.KindSigningSecrets])
	}
	return err
}

func (p *Platform) listSigningSecrets(ctx context.Context, in *listing) (out *listed[api.SigningSecret], err error) {
	list, err := in.list(nounSigningSecret)
	if err != nil {
		return nil, err
	}
	err = p.view(ctx, func(w *work) (due []store.Ref, err error) {
		records, err := w.tx.SigningSecrets(ctx, w.scope, list)
		if err != nil {
			return nil, err
		}
		secrets := make([]*signingSecret, len(records))
		for i, record := range records {
			if secrets[i], err = w.withPolicy(ctx, record); err != nil {
				return nil, err
			}
			due = append(due, secrets[i].parts().refIfDue(w.now)...)
		}
		out = pageOf(*in, secrets, func(s *signingSecret) string { return s.ID }, func(s *signingSecret) api.SigningSecret { return s.show(w.now) })
		return due, nil
	})
	return out, err
}

func (p *Platform) getSigningSecret(ctx context.Context, in *ByID) (out *shown[api.SigningSecret], err error) {
	err = p.view(ctx, func(w *work) ([]store.Ref, error) {
		s, err := w.readSigningSecret(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out, err = asShown(nowIs(&s.Object, s.show(w.now)), nil)
		return s.parts().refIfDue(w.now), err
	})
	return out, err
}

type patchSigningSecretInput struct {
	ByID
	Conditional
	Body api.SigningSecretPatch `contentType:"application/merge-patch+json"`
}

func (p *Platform) patchSigningSecret(ctx context.Context, in *patchSigningSecretInput) (*shown[api.SigningSecret], error) {
	if err := settleFirst(ctx, p, signingSecretKind.loader(), in.ID); err != nil {
		return nil, err
	}
	return asShown(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[api.SigningSecret], err error) {
		s, err := w.settledSigningSecret(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatchSettled(nounSigningSecret, &s.Object, &s.Credential, in.IfMatch); err != nil {
			return out, err
		}
		before, shownBefore := *s.SigningSecret, s.show(w.now)
		if err := w.patchSigningMetadata(ctx, s, &before, &in.Body); err != nil {
			return out, err
		}
		done, err := w.patchSigningCredential(ctx, s, &in.Body)
		if err != nil {
			return out, err
		}
		if len(done) == 0 && reflect.DeepEqual(before, *s.SigningSecret) {
			return nowIs(&s.Object, s.show(w.now)), nil
		}
		s.parts().bump()
		if err := s.save(ctx, w); err != nil {
			return out, err
		}
		after := s.show(w.now)
		err = w.audit(ctx, actionUpdate, api.KindSigningSecrets, s.ID, map[string]string{"changed": differences(shownBefore, after)})
		return nowIs(&s.Object, after), err
	}))
}

// patchSigningMetadata carries out the members of a patch that are plain metadata, and checks the whole.
func (w *work) patchSigningMetadata(ctx context.Context, s *signingSecret, before *store.SigningSecret, p *api.SigningSecretPatch) (err error) {
	if err := mergeSigningSecret(s.SigningSecret, p); err != nil {
		return err
	}
	if err := checkSigningSecret(s.SigningSecret); err != nil {
		return err
	}
	if s.policy, err = w.policyNamed(ctx, s.RotationPolicyID); err != nil {
		return err
	}
	if s.Name == before.Name {
		return nil
	}
	if err := w.nameFree(ctx, nounSigningSecret, s.Name); err != nil {
		return err
	}
	return w.renamed(ctx, s.parts())
}

// patchSigningCredential carries out the members of a patch that the rotation rules know of.
func (w *work) patchSigningCredential(ctx context.Context, s *signingSecret, p *api.SigningSecretPatch) (done []rotation.Transition, err error) {
	issued := false
	if n := p.MinimumVersion.Value; n != nil {
		issue, err := s.issuer(ctx, w, p.Secret)
		if err != nil {
			return nil, err
		}
		if done, err = w.raiseMinimum(ctx, s.parts(), *n, issue); err != nil {
			return nil, err
		}
		for _, t := range done {
			issued = issued || t.Issued != 0
		}
	}
	if p.Secret != nil && !issued {
		return nil, refused("/secret", errors.New("is the value of a version that a raised minimum_version issues, and this request issues none; begin a rotation with it instead"))
	}
	if p.RotationRequested {
		s.Credential.Credential = rotation.Request(s.Credential.Credential)
	}
	return done, nil
}

func (p *Platform) deleteSigningSecret(ctx context.Context, in *deleteInput) (*deleted, error) {
	if err := settleFirst(ctx, p, signingSecretKind.loader(), in.ID); err != nil {
		return nil, err
	}
	return asDeleted(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[deleted], err error) {
		s, err := w.settledSigningSecret(ctx, in.ID)
		if err != nil {
			return out, err
		}
		if err := checkMatch(nounSigningSecret, &s.Object, in.IfMatch); err != nil {
			return out, err
		}
		if s.DeletionProtection {
			return out, newProblem(api.CodeConflict, "", "the signing secret %q is protected; set deletion_protection to false first", s.Name)
		}
		if err := w.tx.DeleteSigningSecret(ctx, w.scope, s.ID); err != nil {
			return out, err
		}
		return gone(), w.audit(ctx, actionDelete, api.KindSigningSecrets, s.ID, map[string]string{"name": s.Name, "versions": numbers(valid(s.Credential.Versions))})
	}))
}
