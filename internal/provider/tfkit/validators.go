package tfkit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The validators here replace those of the framework's library, which quote the refused value. A check is a function of
// the api package: its error completes the sentence "<attribute> …".

// StringCheck checks a string.
func StringCheck(description string, check func(string) error) validator.String {
	return stringCheck{described(description), check}
}

// IDOf checks the id of another object. It refuses what is plainly the id of something else, and nothing more: the ids
// that Terraform's mocks make have no form.
func IDOf(prefix, what string) validator.String {
	return StringCheck("the id of "+what, func(s string) error {
		for _, k := range api.Kinds() {
			if k.IDPrefix != prefix && strings.HasPrefix(s, k.IDPrefix) {
				return fmt.Errorf("must be the id of %s, such as %s01J8Z3N6T4, not of a %s", what, prefix, k.Singular)
			}
		}
		if s == "" {
			return fmt.Errorf("must be the id of %s, such as %s01J8Z3N6T4", what, prefix)
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

// ValidateSet reports every entry that is refused. An entry has no position in a configuration, so the error quotes it.
func (c setCheck) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	for _, e := range req.ConfigValue.Elements() {
		s, ok := e.(types.String)
		if !ok || s.IsUnknown() {
			continue
		}
		if s.IsNull() {
			Invalid(&resp.Diagnostics, req.Path, fmt.Errorf("has an entry that is null: leave it out"))
		} else if err := c.check(s.ValueString()); err != nil {
			Invalid(&resp.Diagnostics, req.Path, fmt.Errorf("has the entry %s, which %w", s.String(), err))
		}
	}
}

type mapCheck struct {
	described
	check func(map[string]string) error
}

// ValidateMap reports every entry that is refused, and otherwise what is wrong with the whole map.
func (c mapCheck) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	refused := false
	entries := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		at := req.Path.AtMapKey(key)
		if s, ok := entries[key].(types.String); entries[key].IsNull() {
			refused = true
			Invalid(&resp.Diagnostics, at, fmt.Errorf("is null: leave it out"))
		} else if ok {
			if err := c.check(map[string]string{key: s.ValueString()}); err != nil { // the error names the key
				refused = true
				resp.Diagnostics.AddAttributeError(at, "Invalid "+at.String(), endSentence(req.Path.String()+" "+err.Error()))
			}
		}
	}
	if err := c.check(StringMap(req.ConfigValue)); err != nil && !refused {
		Invalid(&resp.Diagnostics, req.Path, err)
	}
}

// Invalid adds the error of a check to an attribute.
func Invalid(diags *diag.Diagnostics, p path.Path, err error) {
	diags.AddAttributeError(p, "Invalid "+p.String(), endSentence(p.String()+" "+err.Error()))
}
