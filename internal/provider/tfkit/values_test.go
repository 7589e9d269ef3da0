package tfkit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

func TestNullAndEmptyStayApart(t *testing.T) {
	for _, m := range []map[string]string{nil, {}, {"a": "1", "b": ""}} {
		if diff := cmp.Diff(m, StringMap(MapValue(m))); diff != "" {
			t.Errorf("map %#v: %s", m, diff)
		}
	}
	for _, s := range [][]string{nil, {}, {"a", "b"}} {
		if diff := cmp.Diff(s, StringSlice(SetValue(s))); diff != "" {
			t.Errorf("set %#v: %s", s, diff)
		}
	}
	if got := StringSlice(SetValue([]string{"b", "a", "b"})); cmp.Diff([]string{"a", "b"}, got) != "" {
		t.Errorf("got %v: sorted and once each", got)
	}
	if StringMap(types.MapUnknown(types.StringType)) != nil || StringSlice(types.SetUnknown(types.StringType)) != nil {
		t.Error("unknown is nothing to send")
	}
}

func TestTimeValue(t *testing.T) {
	at := time.Date(2026, 5, 1, 14, 0, 0, 123456000, time.FixedZone("", 7200))
	if got := TimeValue(&at).ValueString(); got != "2026-05-01T12:00:00.123456Z" {
		t.Error(got)
	}
	if !TimeValue(nil).IsNull() {
		t.Error("no time is null")
	}
}

// TestChanged writes a patch: absent where nothing changes, null where it is removed, else the new value.
func TestChanged(t *testing.T) {
	type patch struct {
		S api.Optional[string]            `json:"s,omitzero"`
		N api.Optional[int64]             `json:"n,omitzero"`
		B api.Optional[bool]              `json:"b,omitzero"`
		M api.Optional[map[string]string] `json:"m,omitzero"`
		L api.Optional[[]string]          `json:"l,omitzero"`
	}
	type values struct {
		s types.String
		n types.Int64
		b types.Bool
		m types.Map
		l types.Set
	}
	null := values{types.StringNull(), types.Int64Null(), types.BoolNull(), MapValue(nil), SetValue(nil)}
	zero := values{
		types.StringValue(""),
		types.Int64Value(0),
		types.BoolValue(false),
		MapValue(map[string]string{}),
		SetValue([]string{}),
	}
	some := values{
		types.StringValue("x"),
		types.Int64Value(7),
		types.BoolValue(true),
		MapValue(map[string]string{"a": "1"}),
		SetValue([]string{"a"}),
	}
	unknown := values{
		types.StringUnknown(),
		types.Int64Unknown(),
		types.BoolUnknown(),
		types.MapUnknown(types.StringType),
		types.SetUnknown(types.StringType),
	}
	for _, tt := range []struct {
		plan, state values
		want        string
	}{
		{some, some, `{}`},
		{null, null, `{}`},
		{unknown, some, `{}`},
		{null, some, `{"s":null,"n":null,"b":null,"m":null,"l":null}`},
		{zero, null, `{"s":"","n":0,"b":false,"m":{},"l":[]}`},
		{some, zero, `{"s":"x","n":7,"b":true,"m":{"a":"1"},"l":["a"]}`},
	} {
		got, err := json.Marshal(patch{
			ChangedString(
				tt.plan.s,
				tt.state.s,
			),
			ChangedInt64(tt.plan.n, tt.state.n),
			ChangedBool(tt.plan.b, tt.state.b),
			ChangedMap(tt.plan.m, tt.state.m),
			ChangedSet(tt.plan.l, tt.state.l),
		})
		if err != nil || string(got) != tt.want {
			t.Errorf("got %s, %v; want %s", got, err, tt.want)
		}
	}
}

func TestPlanned(t *testing.T) {
	answer := api.Object{ID: "con_1", Name: "moved", Tenant: "acme", Environment: "staging", CreatedAt: time.Unix(0, 0)}
	plan := Flatten(api.Object{Name: "planned"})
	plan.ID, plan.Tenant = types.StringUnknown(), types.StringUnknown()
	got := plan.Planned(Flatten(answer))
	if got.Name.ValueString() != "planned" || got.ID.ValueString() != "con_1" || got.Tenant.ValueString() != "acme" ||
		got.Environment.ValueString() != "" {
		t.Errorf("got %+v", got)
	}
}

func TestSameDuration(t *testing.T) {
	for _, tt := range []struct{ config, state, want types.String }{
		{types.StringValue("7d"), types.StringValue("1w"), types.StringValue("1w")},
		{types.StringValue("90s"), types.StringValue("1m30s"), types.StringValue("1m30s")},
		{types.StringValue("8d"), types.StringValue("1w"), types.StringValue("8d")},
		{types.StringValue("nonsense"), types.StringValue("1w"), types.StringValue("nonsense")},
		{types.StringValue("7d"), types.StringValue("nonsense"), types.StringValue("7d")},
		{types.StringValue("7d"), types.StringNull(), types.StringValue("7d")},
		{types.StringNull(), types.StringValue("1w"), types.StringNull()},
		{types.StringUnknown(), types.StringValue("1w"), types.StringUnknown()},
	} {
		resp := planmodifier.StringResponse{PlanValue: tt.config}
		SameDuration().PlanModifyString(t.Context(),
			planmodifier.StringRequest{PlanValue: tt.config, StateValue: tt.state}, &resp)
		if !resp.PlanValue.Equal(tt.want) {
			t.Errorf("%s over %s: %s, want %s", tt.config, tt.state, resp.PlanValue, tt.want)
		}
	}
}

func TestValidatorsNeverQuoteTheValue(t *testing.T) {
	texts := map[string]struct {
		v validator.String
		s types.String
	}{
		"name":     {StringCheck("", api.CheckName), types.StringValue("CANARY")},
		"owner":    {StringCheck("", api.CheckOwner), types.StringValue("CANARY@")},
		"wrong id": {IDOf("tok_", "a token"), types.StringValue("con_CANARY")},
		"no id":    {IDOf("tok_", "a token"), types.StringValue("")},
		"duration": {Duration(), types.StringValue("CANARY 90 days")},
	}
	for name, tt := range texts {
		var resp validator.StringResponse
		tt.v.ValidateString(
			t.Context(),
			validator.StringRequest{Path: path.Root("attribute"), ConfigValue: tt.s},
			&resp,
		)
		if !resp.Diagnostics.HasError() || strings.Contains(resp.Diagnostics[0].Detail(), "CANARY") {
			t.Errorf("%s: %v", name, resp.Diagnostics)
		}
		for _, v := range []types.String{types.StringNull(), types.StringUnknown()} {
			resp = validator.StringResponse{}
			tt.v.ValidateString(t.Context(), validator.StringRequest{ConfigValue: v}, &resp)
			if resp.Diagnostics.HasError() {
				t.Errorf("%s refuses %s", name, v)
			}
		}
	}
}

// A plan reports every mistake, not only the first one, and says which entry is meant.
func TestEveryEntryIsReported(t *testing.T) {
	set := func(elements ...attr.Value) string {
		var resp validator.SetResponse
		EachString("", api.CheckCIDR).ValidateSet(t.Context(), validator.SetRequest{
			Path: path.Root("allowed_cidrs"), ConfigValue: types.SetValueMust(types.StringType, elements),
		}, &resp)
		return details(resp.Diagnostics)
	}
	text := func(s string) attr.Value { return types.StringValue(s) }
	want := `allowed_cidrs has the entry "10.0.0.1/8", which has bits set behind its prefix length: ` +
		`did you mean 10.0.0.0/8?
allowed_cidrs has the entry "x", which must be an address range such as 192.0.2.0/24 or 2001:db8::/32.
allowed_cidrs has an entry that is null: leave it out.`
	if got := set(text("10.0.0.1/8"), text("192.0.2.0/24"), text("x"), types.StringNull()); got != want {
		t.Errorf("got %s", got)
	}
	if got := set() + set(types.StringUnknown(), text("192.0.2.0/24")); got != "" {
		t.Errorf("refused: %s", got)
	}

	m := func(elements map[string]attr.Value) string {
		var resp validator.MapResponse
		MapCheck("", api.CheckLabels).ValidateMap(t.Context(), validator.MapRequest{
			Path: path.Root("labels"), ConfigValue: types.MapValueMust(types.StringType, elements),
		}, &resp)
		return details(resp.Diagnostics)
	}
	got := m(map[string]attr.Value{"a": types.StringNull(), "b": text(strings.Repeat("x", 257)), "c": text("ok")})
	if got != "labels[\"a\"] is null: leave it out.\nlabels has under b a value of more than 256 bytes." {
		t.Errorf("got %s", got)
	}
	many := map[string]attr.Value{}
	for i := range 65 {
		many[fmt.Sprint("k", i)] = text("v")
	}
	if got := m(many); got != "labels must have at most 64 entries." {
		t.Errorf("got %s", got)
	}
}

func details(diags diag.Diagnostics) string {
	var out []string
	for _, d := range diags {
		out = append(out, d.Detail())
	}
	return strings.Join(out, "\n")
}

func TestFind(t *testing.T) {
	by := func(kind string) func(context.Context, string) (*string, error) {
		return func(_ context.Context, s string) (*string, error) {
			out := kind + " " + s
			return &out, nil
		}
	}
	for given, want := range map[string]string{
		"con_01": "id con_01", "mail": "name mail", "con": "name con", "Mail": "", "tok_01": "", "": "",
		"con_my-notifier": "", "con_": "",
	} {
		got, err := Find(t.Context(), given, "con_", by("id"), by("name"))
		if want == "" {
			if err == nil || client.IsNotFound(err) {
				t.Errorf("%q: %v", given, err)
			}
			continue
		}
		if err != nil || *got != want {
			t.Errorf("%q: %v, %v", given, got, err)
		}
	}
}
