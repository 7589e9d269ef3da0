package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// The validators here replace those of the framework's library, which quote the refused value. A check is a function of
// the api package: its error completes the sentence "<attribute> …".

// StringCheck checks a string.
func StringCheck(description string, check func(string) error) validator.String {
	return stringCheck{described(description), check}
}

// IDOf checks the id of another object. Users often give the name instead.
func IDOf(prefix, what string) validator.String {
	return StringCheck("the id of "+what, func(s string) error {
		if !strings.HasPrefix(s, prefix) || !client.IsID(s) {
			return fmt.Errorf("must be the id of %s, such as %s01J8Z3N6T4, not its name", what, prefix)
		}
		return nil
	})
}

// EachString checks every element of a set of strings.
func EachString(description string, check func(string) error) validator.Set {
	return setCheck{described(description), check}
}

// MapCheck checks a map of strings as a whole. Unknown values count as empty.
func MapCheck(description string, check func(map[string]string) error) validator.Map {
	return mapCheck{described(description), check}
}

type described string

func (d described) Description(context.Context) string { return string(d) }

func (d described) MarkdownDescription(context.Context) string { return string(d) }

type stringCheck struct {
	described
	check func(string) error
}

func (c stringCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := c.check(req.ConfigValue.ValueString()); err != nil {
		Invalid(&resp.Diagnostics, req.Path, err)
	}
}

type setCheck struct {
	described
	check func(string) error
}

// ValidateSet puts the diagnostic on the set, because an element's path would quote it.
func (c setCheck) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	for _, e := range req.ConfigValue.Elements() {
		s, ok := e.(types.String)
		if !ok || s.IsUnknown() {
			continue
		}
		if s.IsNull() {
			Invalid(&resp.Diagnostics, req.Path, fmt.Errorf("has an element that is null"))
			return
		}
		if err := c.check(s.ValueString()); err != nil {
			Invalid(&resp.Diagnostics, req.Path, fmt.Errorf("has an element that is refused: each %w", err))
			return
		}
	}
}

type mapCheck struct {
	described
	check func(map[string]string) error
}

func (c mapCheck) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	for _, v := range req.ConfigValue.Elements() {
		if v.IsNull() {
			Invalid(&resp.Diagnostics, req.Path, fmt.Errorf("has an entry whose value is null: leave the entry out"))
			return
		}
	}
	if err := c.check(StringMap(req.ConfigValue)); err != nil {
		Invalid(&resp.Diagnostics, req.Path, err)
	}
}

// Invalid adds the error of a check to an attribute.
func Invalid(diags *diag.Diagnostics, p path.Path, err error) {
	diags.AddAttributeError(p, "Invalid "+p.String(), fmt.Sprintf("%s %s.", p.String(), err.Error()))
}
