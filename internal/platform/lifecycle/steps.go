package lifecycle

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/approvals"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// steps are the verbs of a rotation: POST …/rotation/{verb}.
var steps = []struct {
	step                 rotation.Step
	permission           string
	summary, description string
}{
	{
		rotation.StepBegin, api.PermissionWrite, "Begin a rotation",
		"stable → staged: issues the next version as pending. Both versions are valid until the pending one " +
			"is promoted or the stage ends.",
	},
	{
		rotation.StepRotate, api.PermissionWrite, "Rotate at once",
		"stable → draining: issues the next version as current; the one before stays valid for the policy's " +
			"overlap. Only where the policy requires no acknowledgement.",
	},
	{
		rotation.StepAcknowledge, api.PermissionAcknowledge, "Acknowledge the pending version",
		"Says that the pending version was seen in use. The body must name it. Does not move the etag. A role " +
			"without the permission `read` gets 204 and no body.",
	},
	{
		rotation.StepPromote, api.PermissionWrite, "Promote the pending version",
		"staged → draining: the pending version becomes current; the one before stays valid for the policy's " +
			"overlap. Needs evidence, or force with a reason. With an If-Match of before the platform itself did " +
			"it at the stage deadline: 200 and nothing more.",
	},
	{
		rotation.StepRetire, api.PermissionWrite, "Retire the previous version early",
		"draining → stable: ends the previous version before its deadline. It must be unused for the policy's " +
			"quiet_period, or force with a reason. With an If-Match of before the platform itself did it at the " +
			"deadline: 200 and nothing more.",
	},
	{
		rotation.StepCancel, api.PermissionWrite, "Cancel the pending version",
		"staged → stable: ends the pending version and sets a hold.",
	},
	{
		rotation.StepRollback, api.PermissionContain, "Roll back",
		"draining → staged: the previous version is current again, the newer one is pending and ends at the " +
			"deadline that the previous one had. Sets a hold.",
	},
	{
		rotation.StepReissue, api.PermissionWrite, "Reissue",
		"revoked → stable: issues the next version as current. Refused while expires_at has passed.",
	},
}

// MountRotation registers what a kind has whose versions the rotation rules move.
func (h *Handler) MountRotation(r *httpapi.Router) {
	for _, s := range steps {
		op := h.operation(string(s.step)+h.Label, http.MethodPost, "rotation/"+string(s.step), s.permission)
		op.Summary, op.Description = s.summary, s.description
		if s.step == rotation.StepAcknowledge {
			op.NoContent = "Done, by a role that may not read the " + h.Kind.Singular + "."
		}
		httpapi.Register(r, op, h.step(s.step))
	}
	op := h.operation("reveal"+h.Label, http.MethodPost, "versions/{version}/reveal", api.PermissionReveal)
	op.Summary = "Reveal the value of a version"
	op.Description = "Returns the value of a version that is valid. Makes nothing and ends nothing; " +
		"every reveal is in the audit. The value of a scoped token that names the scope `" + api.ScopeReadCredentials +
		"` also needs the permission `" + api.PermissionWrite + "`."
	op.Returns = keys.Reveal{}
	httpapi.Register(r, op, h.reveal)
}

type stepInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body *api.StepRequest
}

func (h *Handler) step(step rotation.Step) func(context.Context, *stepInput) (*httpapi.Answer, error) {
	return func(ctx context.Context, in *stepInput) (*httpapi.Answer, error) {
		out, err := h.takeStep(ctx, step, in)
		if err != nil {
			return nil, err
		}
		if step == rotation.StepAcknowledge && !access.From(ctx).May(api.PermissionRead) {
			return httpapi.NoContent(), nil
		}
		return out, nil
	}
}

func (h *Handler) takeStep(ctx context.Context, step rotation.Step, in *stepInput) (*httpapi.Answer, error) {
	body := httpapi.ValueOr(in.Body, api.StepRequest{})
	if err := checkStep(step, body); err != nil {
		return nil, err
	}
	if err := h.Engine.SettleFirst(ctx, access.CallerOf(ctx), h.Kind, in.ID); err != nil {
		return nil, err
	}
	return h.Changes.Do(ctx, in.IdempotencyKey, func(tx *txn.Tx) (*httpapi.Answer, error) {
		o, err := h.Engine.LoadRotated(ctx, tx, h.Kind, in.ID)
		if err != nil {
			return nil, err
		}
		p := o.Parts()
		if doneAtDeadline(step, p, in.IfMatch) {
			return httpapi.Object(p.Object, o.Show(tx.Now)), nil
		}
		if err := httpapi.CheckMatch(h.Kind, p.Object, in.IfMatch); err != nil {
			return nil, err
		}
		issue, err := o.Issuer(ctx, tx, body.Secret)
		if err != nil {
			return nil, err
		}
		if step != rotation.StepReissue { // which ends an outage after a containment
			if err := guardrails.CheckSupplied(ctx, tx, h.Kind, p.Object, body.Secret); err != nil {
				return nil, err
			}
		}
		ask := h.ask(step, p, body)
		err = credentials.Apply(ctx, tx, o, rotation.Command{
			Step: step, Reason: body.Reason, Force: body.Force, Version: httpapi.ValueOr(body.Version, 0),
		}, issue)
		if err == nil && ask != nil {
			err = approvals.Require(ctx, tx, *ask)
		}
		if err != nil {
			return nil, err
		}
		return httpapi.Object(p.Object, o.Show(tx.Now)), nil
	})
}

// ask is what a second person is asked about a promotion without evidence, of the version that is pending now; nil for
// every other step.
func (h *Handler) ask(step rotation.Step, p credentials.Parts, body api.StepRequest) *approvals.Ask {
	if step != rotation.StepPromote || !body.Force {
		return nil
	}
	about := map[string]string{"kind": h.Kind.Path, "id": p.Object.ID, "name": p.Object.Name}
	if pending, ok := p.Credential.Pending(); ok {
		about["version"] = strconv.FormatInt(pending.Number, 10)
	}
	return &approvals.Ask{
		Operation: api.ApproveForcePromote, Method: http.MethodPost, About: about, Reason: body.Reason,
		Path: h.Kind.Route(p.Object.ID, "rotation", string(step)), Body: body,
	}
}

// doneAtDeadline reports whether the platform took a step at its deadline that the caller requests now. The caller must
// have seen everything else that happened.
func doneAtDeadline(step rotation.Step, p credentials.Parts, ifMatch string) bool {
	if step != rotation.StepPromote && step != rotation.StepRetire || httpapi.Matches(ifMatch, p.Object.Etag) {
		return false
	}
	return slices.Contains(httpapi.SettledSince(p.Credential, ifMatch), string(step))
}

type revealInput struct {
	httpapi.ByID
	Version int64 `path:"version" doc:"The number of the version."`
}

// reveal is no Change: its answer has a value, so nothing of it may be stored for a repetition.
func (h *Handler) reveal(ctx context.Context, in *revealInput) (out *httpapi.Answer, err error) {
	if err := h.Engine.SettleFirst(ctx, access.CallerOf(ctx), h.Kind, in.ID); err != nil {
		return nil, err
	}
	err = h.Engine.Update(ctx, access.CallerOf(ctx), func(tx *txn.Tx) error {
		o, err := h.Engine.LoadRotated(ctx, tx, h.Kind, in.ID)
		if err != nil {
			return err
		}
		if err := checkReveal(access.From(ctx), o.Parts()); err != nil {
			return err
		}
		revealed, err := credentials.Reveal(ctx, tx, o, in.Version)
		out = httpapi.Body(revealed)
		return err
	})
	return out, err
}

// checkReveal refuses to reveal a value that opens more than the permission to reveal covers.
func checkReveal(caller *access.Request, p credentials.Parts) error {
	if p.RevealNeeds == "" || caller.May(p.RevealNeeds) {
		return nil
	}
	return problem.New(api.CodeForbidden, "", "the %s %q names the scope %s, so its value opens the credentials of its "+
		"connector: revealing it also needs the permission %q, which role %q does not have",
		p.Kind.Singular, p.Object.Name, api.ScopeReadCredentials, p.RevealNeeds, caller.Principal.Role)
}

// checkStep checks what the rules do not check: the text of a reason, and members that belong to other steps.
func checkStep(step rotation.Step, b api.StepRequest) error {
	if b.Reason != "" {
		if err := api.CheckReason(b.Reason); err != nil {
			return problem.Refused("/reason", err)
		}
	}
	if b.Version != nil && step != rotation.StepAcknowledge {
		return problem.Refused("/version",
			errors.New("belongs to acknowledge; every other step is about one version only"))
	}
	if b.Secret != nil && step != rotation.StepBegin && step != rotation.StepRotate && step != rotation.StepReissue {
		return problem.Refused("/secret",
			errors.New("belongs to begin, rotate and reissue; this step issues no version"))
	}
	if b.Force && step != rotation.StepPromote && step != rotation.StepRetire {
		return problem.Refused("/force",
			errors.New("belongs to promote and retire; this step has no guard to be forced"))
	}
	return nil
}
