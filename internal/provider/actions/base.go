// Package actions has the actions of the provider, which an operator runs by hand or beside a change: `terraform apply
// -invoke`, and action_trigger of a resource. They take ids and reasons, and never a secret. Rotation is not one of
// them: it stays in plans.
package actions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

// All returns the constructors of every action.
func All() []func() action.Action {
	return []func() action.Action{newSendTestEvent, newProbe, newHold, newRelease, newRevoke}
}

// base is what every action is made of.
type base struct {
	tfkit.ActionBase
	name       string // without the prefix of the provider
	permission string // that it needs
}

func (b *base) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + b.name
}

// Permission is what the action needs.
func (b *base) Permission() string { return b.permission }

// ModifyPlan refuses in the plan what the platform would refuse in the apply.
func (b *base) ModifyPlan(_ context.Context, _ action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	who, ok := b.Session().Identity()
	if !ok || slices.Contains(who.Permissions, b.permission) {
		return
	}
	resp.Diagnostics.AddError("Permission missing", fmt.Sprintf("The action quickconnect_%s needs the permission %q, "+
		"which the role %q of the provider's token does not have. Nothing was sent. Run with a token of the role %s.",
		b.name, b.permission, who.Role, tfkit.RolesWith(b.permission, "or")))
}

// text is the description of an action: what it does, and what all actions have in common.
func (b *base) text(does string) string {
	return does + "\n\nIt needs the permission `" + b.permission + "` (role " + tfkit.RolesWith(b.permission, "or") +
		"), and Terraform 1.14 or newer. An action is not part of the state: it runs when it is invoked or triggered, " +
		"and again the next time. The run shows a sentence that names the object and says what was done. It never " +
		"shows a secret."
}

// idAttribute is the id of an object of the given kinds.
func idAttribute(kinds []api.Kind, text string) schema.StringAttribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: text + " A name is refused.",
		Validators:          []validator.String{idOf(kinds)},
	}
}

func idOf(kinds []api.Kind) validator.String {
	var words []string
	for _, k := range kinds {
		words = append(words, fmt.Sprintf("a %s (%s…)", k.Singular, k.IDPrefix))
	}
	what := strings.Join(words, " or ")
	return tfkit.StringCheck("the id of "+what, func(s string) error {
		for _, k := range kinds {
			if strings.HasPrefix(s, k.IDPrefix) {
				return nil
			}
		}
		return fmt.Errorf("must be the id of %s", what)
	})
}

func reasonAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Required: true,
		MarkdownDescription: "Why, on one line. The audit trail keeps it, and plans show it. Do not write a secret " +
			"into it.",
		Validators: []validator.String{tfkit.StringCheck("a reason on one line", api.CheckReason)},
	}
}

// says shows a sentence to the user while the action runs.
func says(resp *action.InvokeResponse, format string, args ...any) {
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, args...)})
}

// find reads the object that an action is about. There is none, with an error, where ok is false.
func (b *base) find(ctx context.Context, id string, diags *diag.Diagnostics) (t target, now credential, ok bool) {
	c := b.Client(diags)
	if c == nil {
		return nil, now, false
	}
	t, ok = targetOf(c, id)
	if !ok {
		diags.AddError("Not an id", fmt.Sprintf("%q is not the id of an object with a credential. Nothing was sent.", id))
		return nil, now, false
	}
	now, err := t.read(ctx)
	if err != nil {
		b.report(diags, err)
	}
	return t, now, err == nil
}

// report adds the error of a request about an object.
func (b *base) report(diags *diag.Diagnostics, err error) {
	b.Report(diags, err, tfkit.Subject{Type: "quickconnect_" + b.name})
}
