package governance

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// actionFind is the action of the audit about a value that another object has.
const actionFind = "find_reused_value"

func (h *Handler) mountValues(r *httpapi.Router) {
	httpapi.Register(r, httpapi.Operation{
		ID: "checkSuppliedValue", Method: http.MethodPost, Path: inForcePath + "/check-value",
		Tag: api.EnvironmentPolicies.Tag, Permission: api.PermissionReveal, OrPermission: api.PermissionWrite,
		Limit: limits.ValueChecks, BeforeConfirmation: httpapi.Served, Returns: api.ValueCheck{},
		Summary: "Is a value in use",
		Description: "Says whether the rule forbid_secret_reuse would refuse a value, so that a plan can show it. While " +
			"the rule is off, no value is compared. A caller with the permission `write`, whose write would be refused with " +
			"the same words, learns of every environment of the tenant; any other caller of its own environment alone, and " +
			"needs the permission `read` besides. The value is not kept. That it is in use is recorded in the audit trail " +
			"before it is answered. Each principal may send it 60 times a minute, and 600 times at once.",
	}, h.checkValue)
}

type checkValueInput struct{ Body api.ValueCheckRequest }

// suppliedID is what the id of an object looks like that takes supplied values.
var suppliedID = regexp.MustCompile(`^(con|wep|sec)_[0-9A-Za-z]{1,64}$`)

// checkValue is no Change: a repetition asks again.
func (h *Handler) checkValue(ctx context.Context, in *checkValueInput) (*httpapi.Answer, error) {
	if in.Body.ID != "" && !suppliedID.MatchString(in.Body.ID) {
		return nil, problem.Refused("/id",
			errors.New("must be the id of a connector, a webhook endpoint or a signing secret"))
	}
	caller := access.From(ctx)
	elsewhere := caller.May(api.PermissionWrite)
	if !elsewhere {
		if err := access.Authorize(caller, api.PermissionRead); err != nil {
			return nil, err
		}
	}
	var out api.ValueCheck
	find := func(tx *txn.Tx) error {
		out = api.ValueCheck{}
		p, err := guardrails.Policy(ctx, tx)
		if err != nil || !p.Rules.ForbidSecretReuse {
			return err
		}
		usedBy, err := guardrails.UsedBy(ctx, tx, in.Body.ID, in.Body.Value, elsewhere)
		if err != nil || usedBy == "" {
			return err
		}
		out = api.ValueCheck{Refused: true, UsedBy: usedBy}
		if !tx.Writable {
			return nil
		}
		detail := map[string]string{"rule": api.RuleForbidSecretReuse, "used_by": usedBy}
		if in.Body.ID != "" {
			detail["object_id"] = in.Body.ID
		}
		return tx.Audit(ctx, actionFind, api.EnvironmentPolicies.Path, p.ID, detail)
	}
	err := h.runner.View(ctx, caller.Caller(), find)
	if err == nil && out.Refused {
		err = h.runner.Update(ctx, caller.Caller(), find)
	}
	if err != nil {
		return nil, err
	}
	return httpapi.Body(out), nil
}
