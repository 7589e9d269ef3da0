package platform

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
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
		"stable → staged: issues the next version as pending. Both versions are valid until the pending one is promoted or the stage ends.",
	},
	{
		rotation.StepRotate, api.PermissionWrite, "Rotate at once",
		"stable → draining: issues the next version as current; the one before stays valid for the policy's overlap. Only where the policy requires no acknowledgement.",
	},
	{
		rotation.StepAcknowledge, api.PermissionAcknowledge, "Acknowledge the pending version",
		"Says that the pending version was seen in use. The body must name it. Does not move the etag. A role without the permission `read` gets 204 and no body.",
	},
	{
		rotation.StepPromote, api.PermissionWrite, "Promote the pending version",
		"staged → draining: the pending version becomes current; the one before stays valid for the policy's overlap. Needs evidence, or force with a reason. With an If-Match of before the platform itself did it at the stage deadline: 200 and nothing more.",
	},
	{
		rotation.StepRetire, api.PermissionWrite, "Retire the previous version early",
		"draining → stable: ends the previous version before its deadline. It must be unused for the policy's quiet_period, or force with a reason. With an If-Match of before the platform itself did it at the deadline: 200 and nothing more.",
	},
	{
		rotation.StepCancel, api.PermissionWrite, "Cancel the pending version",
		"staged → stable: ends the pending version and sets a hold.",
	},
	{
		rotation.StepRollback, api.PermissionContain, "Roll back",
		"draining → staged: the previous version is current again, the newer one is pending and ends at the deadline that the previous one had. Sets a hold.",
	},
	{
		rotation.StepReissue, api.PermissionWrite, "Reissue",
		"revoked → stable: issues the next version as current. Refused while expires_at has passed.",
	},
}

// registerRotated adds everything that the versions of a kind of objects go through.
func registerRotated[V any](r *router, k rotatedKind[V]) {
	for _, s := range steps {
		op := operation{
			id: string(s.step) + k.label, method: http.MethodPost,
			path: "/v1/" + k.noun.kind + "/{id}/rotation/" + string(s.step),
			tag:  k.tag, permission: s.permission, summary: s.summary, description: s.description,
		}
		if s.step == rotation.StepAcknowledge {
			register(r, op, func(ctx context.Context, in *stepInput) (*acknowledged[V], error) {
				return acknowledge(ctx, r.Platform, k, in)
			})
			// Huma documents one answer, and with a second one given in advance it leaves out the problems.
			r.api.OpenAPI().Paths[op.path].Post.Responses[strconv.Itoa(http.StatusNoContent)] = &huma.Response{
				Description: "Done, by a role that may not read the " + k.noun.name + ".",
			}
			continue
		}
		register(r, op, func(ctx context.Context, in *stepInput) (*shown[V], error) {
			return takeStep(ctx, r.Platform, k, s.step, in)
		})
	}
	registerCredential(r, k.noun, k.label, k.tag, k.loader())
	registerReveal(r, k)
}

// acknowledged is the answer to acknowledge, the one step for roles that may not read what they acknowledge.
type acknowledged[V any] struct {
	Status int
	ETag   string `header:"ETag" doc:"The etag of the object in quotes, for If-Match."`
	Body   *V
}

func acknowledge[V any](ctx context.Context, p *Platform, k rotatedKind[V], in *stepInput) (*acknowledged[V], error) {
	out, err := takeStep(ctx, p, k, rotation.StepAcknowledge, in)
	if err != nil {
		return nil, err
	}
	if !may(callOf(ctx).principal.Role, api.PermissionRead) {
		return &acknowledged[V]{Status: http.StatusNoContent}, nil
	}
	return &acknowledged[V]{Status: http.StatusOK, ETag: out.ETag, Body: &out.Body}, nil
}

type stepInput struct {
	ByID
	Conditional
	Body *api.StepRequest
}

func takeStep[V any](ctx context.Context, p *Platform, k rotatedKind[V], step rotation.Step, in *stepInput) (*shown[V], error) {
	body := or(in.Body, api.StepRequest{})
	if err := checkStep(step, body); err != nil {
		return nil, err
	}
	if err := settleFirst(ctx, p, k.loader(), in.ID); err != nil {
		return nil, err
	}
	return asShown(change(ctx, p, in.IdempotencyKey, func(w *work) (out answer[V], err error) {
		o, err := k.settled(ctx, w, in.ID)
		if err != nil {
			return out, err
		}
		x := o.parts()
		if doneAtDeadline(step, x, in.IfMatch) {
			return nowIs(x.object, o.show(w.now)), nil
		}
		if err := checkMatch(k.noun, x.object, in.IfMatch); err != nil {
			return out, err
		}
		issue, err := o.issuer(ctx, w, body.Secret)
		if err != nil {
			return out, err
		}
		after, done, err := rotation.Apply(x.credential.Credential, x.policy, rotation.Command{
			Step: step, Actor: w.actor, Reason: body.Reason, Force: body.Force, Version: or(body.Version, 0),
		}, w.now)
		if err != nil {
			return out, err
		}
		if err := finish(ctx, w, o, after, done, issue); err != nil {
			return out, err
		}
		return nowIs(x.object, o.show(w.now)), nil
	}))
}

// doneAtDeadline tells whether the platform has done a step at its deadline that a client, which has seen nothing else
// happen, asks for now.
func doneAtDeadline(step rotation.Step, x parts, ifMatch string) bool {
	if step != rotation.StepPromote && step != rotation.StepRetire || names(ifMatch, x.object.Etag) {
		return false
	}
	return slices.Contains(settledSince(x.credential, ifMatch), string(step))
}

// finish stores the outcome of a step.
func finish[V any](ctx context.Context, w *work, o credentialed[V], after rotation.Credential, done []rotation.Transition, issue issuer) error {
	if len(done) == 0 {
		return nil
	}
	if err := w.carry(ctx, o.parts(), after, done, issue); err != nil {
		return err
	}
	if moves(done) {
		o.parts().bump()
	}
	return o.save(ctx, w)
}

// checkStep checks what the rules do not: the text of a reason, and members that another step takes.
func checkStep(step rotation.Step, b api.StepRequest) error {
	if b.Reason != "" {
		if err := api.CheckReason(b.Reason); err != nil {
			return refused("/reason", err)
		}
	}
	if b.Version != nil && step != rotation.StepAcknowledge {
		return refused("/version", errors.New("belongs to acknowledge; the other steps know which version they are about"))
	}
	if b.Secret != nil && step != rotation.StepBegin && step != rotation.StepRotate && step != rotation.StepReissue {
		return refused("/secret", errors.New("belongs to begin, rotate and reissue; this step issues no version"))
	}
	if b.Force && step != rotation.StepPromote && step != rotation.StepRetire {
		return refused("/force", errors.New("belongs to promote and retire; this step has no guard to be forced"))
	}
	return nil
}
