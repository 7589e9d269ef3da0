package lifecycle

import (
	"context"
	"errors"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func (h *Handler) mountQuarantine(r *httpapi.Router) {
	op := h.operation("quarantine"+h.Label, http.MethodPost, "quarantine", api.PermissionContain)
	op.Summary = "Put a " + h.Kind.Singular + " in quarantine"
	op.Description = "Refuses every version that is valid now, at every use, until the quarantine is released. At " +
		"`until` they are revoked. What is issued meanwhile is active: `minimum_version` and new credentials of a " +
		"connector work. No rotation begins or goes on, and nothing falls due by age. A second quarantine covers what is " +
		"valid then, and keeps who set the first, and both reasons. Only that principal and the role security can move " +
		"`until` to later."
	op.Limit = limits.Reserve
	httpapi.Register(r, op, h.quarantine)

	op = h.operation("release"+h.Label+"Quarantine", http.MethodPost, "release-quarantine", api.PermissionContain)
	op.Summary = "Release a " + h.Kind.Singular + " from quarantine"
	op.Description = "Ends the quarantine: the versions that it covers are accepted again. Only for the principal that " +
		"set it, and for the role security."
	httpapi.Register(r, op, h.releaseQuarantine)
}

type quarantineInput struct {
	httpapi.ByID
	httpapi.Conditional
	Body api.QuarantineRequest
}

func (h *Handler) quarantine(ctx context.Context, in *quarantineInput) (*httpapi.Answer, error) {
	if err := api.CheckReason(in.Body.Reason); err != nil {
		return nil, problem.Refused("/reason", err)
	}
	cmd := rotation.Command{Step: rotation.StepQuarantine, Reason: in.Body.Reason, Lifts: lifts(ctx)}
	switch {
	case in.Body.Until != nil && in.Body.For != "":
		return nil, problem.Refused("/for", errors.New("says when it ends, and until does too; leave one of them out"))
	case in.Body.Until != nil:
		cmd.Until = *in.Body.Until
	case in.Body.For != "":
		length, err := api.ParseDuration(in.Body.For)
		if err != nil {
			return nil, problem.Refused("/for", err)
		}
		cmd.Length = length
	}
	return h.apply(ctx, in.ByID, in.Conditional, cmd)
}

func (h *Handler) releaseQuarantine(ctx context.Context, in *holdInput) (*httpapi.Answer, error) {
	if err := api.CheckReason(in.Body.Reason); err != nil {
		return nil, problem.Refused("/reason", err)
	}
	return h.apply(ctx, in.ByID, in.Conditional, rotation.Command{
		Step: rotation.StepReleaseQuarantine, Reason: in.Body.Reason, Lifts: lifts(ctx),
	})
}

// lifts reports whether the caller may release the quarantines of others: the role security alone may govern.
func lifts(ctx context.Context) bool { return access.From(ctx).May(api.PermissionGovern) }
