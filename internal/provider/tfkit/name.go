package tfkit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func nameAttribute(singular string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:    []validator.String{StringCheck("a name", api.CheckName), oneName{}},
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		MarkdownDescription: fmt.Sprintf("Name of the %s, unique in its environment: 1 to 63 lower-case "+
			"letters, digits and hyphens, with a letter or digit at both ends. Exactly one of `name` and `name_prefix` "+
			"is required; the default is the name that the platform chose for the `name_prefix`. It can be changed in "+
			"place. An error that the name is taken says which object has it and what to do.", singular),
	}
}

func namePrefixAttribute(kind api.Kind) schema.StringAttribute {
	numbers, others := "", "Another prefix replaces the object."
	switch kind {
	case api.ScopedTokens, api.SigningSecrets:
		others = "Another prefix replaces the object and has numbers of its own: set `minimum_version` above the present " +
			"number in the same apply, where a sink follows it."
		fallthrough
	case api.Connectors:
		numbers = " The version numbers of the new object begin above every number that a name with this prefix has " +
			"had, so that whatever follows them notices."
	}
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:    []validator.String{StringCheck("a prefix of names", checkNamePrefix)},
		PlanModifiers: []planmodifier.String{namePrefix{}},
		MarkdownDescription: fmt.Sprintf("Instead of `name`: what the name of the %s begins with, 1 to 50 lower-case "+
			"letters, digits and hyphens, with a letter or digit first. The platform adds 12 random letters and digits "+
			"when the object is created, and the name then stays. That is for `create_before_destroy`, where the old "+
			"and the new object exist at the same time.%s %s After an import it is empty, and a prefix that the name begins "+
			"with is no difference. Default: empty, for an object with a `name`.", kind.Singular, numbers, others),
	}
}

// checkNamePrefix takes an empty text for none, as Terraform writes it into the configuration of an import.
func checkNamePrefix(s string) error {
	if s == "" {
		return nil
	}
	return api.CheckNamePrefix(s)
}

// oneName is the validator of name that wants exactly one of name and name_prefix.
type oneName struct{}

func (oneName) Description(context.Context) string { return "exactly one of name and name_prefix" }

func (v oneName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (oneName) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	var prefix types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("name_prefix"), &prefix)...)
	if req.ConfigValue.IsUnknown() || prefix.IsUnknown() {
		return // an unknown value may still be null
	}
	switch named, prefixed := !req.ConfigValue.IsNull(), prefix.ValueString() != ""; {
	case named && prefixed:
		Invalid(&resp.Diagnostics, path.Root("name_prefix"), errors.New("excludes name: set one of them"))
	case !named && !prefixed:
		Invalid(&resp.Diagnostics, req.Path, errors.New("or name_prefix is required"))
	}
}

// namePrefix is the plan modifier of name_prefix.
type namePrefix struct{}

func (namePrefix) Description(context.Context) string {
	return "Another prefix replaces the object. After an import, one that the name begins with is no difference."
}

func (p namePrefix) MarkdownDescription(ctx context.Context) string { return p.Description(ctx) }

func (namePrefix) PlanModifyString(
	ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse,
) {
	creation := req.State.Raw.IsNull()
	switch {
	case req.ConfigValue.IsUnknown():
		return // a change in place is planned
	case req.ConfigValue.IsNull() && req.StateValue.IsNull() && !creation:
		resp.PlanValue = req.StateValue // of an older provider: the next read writes the empty text
	case req.ConfigValue.IsNull():
		resp.PlanValue = types.StringValue("")
	case creation:
	default:
		var name types.String
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("name"), &name)...)
		if !req.StateValue.IsNull() && !differs(req.ConfigValue, req.StateValue, name) {
			resp.PlanValue = req.StateValue
		}
		resp.RequiresReplace = ReplacesName(req.ConfigValue, req.StateValue, name)
	}
}

// differs reports whether a prefix is another one than that of an object. An object without one, such as an imported
// one, has every prefix that its name begins with.
func differs(prefix, has, name types.String) bool {
	if has.ValueString() == "" {
		return !strings.HasPrefix(name.ValueString(), prefix.ValueString())
	}
	return !prefix.Equal(has)
}

// ReplacesName reports whether a planned name_prefix replaces an object that has a name_prefix and a name. A name is
// chosen once, when an object is created.
func ReplacesName(planned, has, name types.String) bool {
	return planned.ValueString() != "" && differs(planned, has, name)
}

// ReadPrefix is the name_prefix that Read stores. The platform does not keep it.
func ReadPrefix(state types.String) types.String { return types.StringValue(state.ValueString()) }

// NameOf names an object in a sentence: by its name, or before it has one by its prefix.
func NameOf(name, prefix types.String) string {
	if name.ValueString() == "" && prefix.ValueString() != "" {
		return prefix.ValueString() + "…"
	}
	return name.ValueString()
}
