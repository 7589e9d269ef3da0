package tfkit

import (
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The conversions keep null and empty apart in both directions: nil is null, an empty map or slice is empty.

// MapValue converts a map of strings.
func MapValue(m map[string]string) types.Map {
	if m == nil {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(m))
	for k, v := range m {
		elements[k] = types.StringValue(v)
	}
	return types.MapValueMust(types.StringType, elements)
}

// StringMap converts a map for the API.
func StringMap(m types.Map) map[string]string {
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	out := make(map[string]string, len(m.Elements()))
	for k, v := range m.Elements() {
		if s, ok := v.(types.String); ok {
			out[k] = s.ValueString()
		}
	}
	return out
}

// SetValue converts a set of strings. A string that comes twice counts once.
func SetValue(items []string) types.Set {
	if items == nil {
		return types.SetNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(items))
	for i, s := range items {
		if !slices.Contains(items[:i], s) {
			elements = append(elements, types.StringValue(s))
		}
	}
	return types.SetValueMust(types.StringType, elements)
}

// StringSlice converts a set for the API, sorted, so that the same configuration makes the same request.
func StringSlice(s types.Set) []string {
	if s.IsNull() || s.IsUnknown() {
		return nil
	}
	out := make([]string, 0, len(s.Elements()))
	for _, v := range s.Elements() {
		if e, ok := v.(types.String); ok {
			out = append(out, e.ValueString())
		}
	}
	slices.Sort(out)
	return out
}

// TimeValue converts a moment to RFC 3339, in UTC.
func TimeValue(t *time.Time) types.String {
	if t == nil {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339Nano))
}

// Planned keeps what the plan shows and takes from the answer only what the plan left open. What has moved meanwhile
// shows at the next read.
func Planned[T attr.Value](planned, answered T) T {
	if planned.IsUnknown() {
		return answered
	}
	return planned
}

// ChangedString returns the patch member of a string: absent if plan and state are the same.
func ChangedString(plan, state types.String) api.Optional[string] {
	if plan.IsUnknown() || plan.Equal(state) {
		return api.Optional[string]{}
	}
	return api.FromPointer(plan.ValueStringPointer())
}

// ChangedInt64 returns the patch member of a number.
func ChangedInt64(plan, state types.Int64) api.Optional[int64] {
	if plan.IsUnknown() || plan.Equal(state) {
		return api.Optional[int64]{}
	}
	return api.FromPointer(plan.ValueInt64Pointer())
}

// ChangedBool returns the patch member of a boolean.
func ChangedBool(plan, state types.Bool) api.Optional[bool] {
	if plan.IsUnknown() || plan.Equal(state) {
		return api.Optional[bool]{}
	}
	return api.FromPointer(plan.ValueBoolPointer())
}

// ChangedMap returns the patch member of a map, which is replaced whole.
func ChangedMap(plan, state types.Map) api.Optional[map[string]string] {
	if plan.IsUnknown() || plan.Equal(state) {
		return api.Optional[map[string]string]{}
	}
	if plan.IsNull() {
		return api.Null[map[string]string]()
	}
	return api.Some(StringMap(plan))
}

// ChangedSet returns the patch member of a set, which is replaced whole.
func ChangedSet(plan, state types.Set) api.Optional[[]string] {
	if plan.IsUnknown() || plan.Equal(state) {
		return api.Optional[[]string]{}
	}
	if plan.IsNull() {
		return api.Null[[]string]()
	}
	return api.Some(StringSlice(plan))
}
