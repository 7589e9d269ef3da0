package raw_test

import (
	"bytes"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit/raw"
)

type common struct {
	ID     types.String `tfsdk:"id"`
	Labels types.Map    `tfsdk:"labels"`
}

type model struct {
	common
	On     types.Bool   `tfsdk:"on"`
	Number types.Int64  `tfsdk:"number"`
	Scopes types.Set    `tfsdk:"scopes"`
	Steps  types.List   `tfsdk:"steps"`
	Of     types.Object `tfsdk:"of"`
}

var members = map[string]attr.Type{"phase": types.StringType, "next": types.Int64Type}

func schema() map[string]attr.Type {
	texts := types.StringType
	return map[string]attr.Type{
		"id": texts, "labels": types.MapType{ElemType: texts}, "on": types.BoolType, "number": types.Int64Type,
		"scopes": types.SetType{ElemType: texts}, "steps": types.ListType{ElemType: texts},
		"of": types.ObjectType{AttrTypes: members},
	}
}

func decoder(tb testing.TB) *raw.Decoder[model] {
	tb.Helper()
	d, err := raw.For[model](types.ObjectType{AttrTypes: schema()})
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// full is a state as Terraform has it, of values that can be changed.
func full() map[string]any {
	return map[string]any{
		"id": "con_1", "labels": map[string]any{"team": "a"}, "on": true, "number": 7, "scopes": []any{"b", "a"},
		"steps": []any{"b", "a"}, "of": map[string]any{"phase": "stable", "next": 300},
	}
}

func encode(tb testing.TB, v any) []byte {
	tb.Helper()
	var out bytes.Buffer
	enc := msgpack.NewEncoder(&out)
	enc.SetSortMapKeys(true)
	enc.UseCompactInts(true)
	if err := enc.Encode(v); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func texts(of ...string) (out []attr.Value) {
	for _, s := range of {
		out = append(out, types.StringValue(s))
	}
	return out
}

func want() model {
	text := types.StringType
	return model{
		common{types.StringValue("con_1"), types.MapValueMust(text, map[string]attr.Value{"team": types.StringValue("a")})},
		types.BoolValue(true), types.Int64Value(7), types.SetValueMust(text, texts("a", "b")),
		types.ListValueMust(text, texts("b", "a")), types.ObjectValueMust(members, map[string]attr.Value{
			"phase": types.StringValue("stable"), "next": types.Int64Value(300),
		}),
	}
}

func TestDecode(t *testing.T) {
	d := decoder(t)
	got, err := d.Decode(encode(t, full()))
	if err != nil || !d.Same(got, want()) {
		t.Errorf("%+v, %v", got, err)
	}
	nulls := full()
	for name := range nulls {
		nulls[name] = nil
	}
	got, err = d.Decode(encode(t, nulls))
	empty := model{
		common{types.StringNull(), types.MapNull(types.StringType)},
		types.BoolNull(), types.Int64Null(),
		types.SetNull(types.StringType), types.ListNull(types.StringType), types.ObjectNull(members),
	}
	if err != nil || !d.Same(got, empty) {
		t.Errorf("of nulls: %+v, %v", got, err)
	}
}

// A change of any attribute is seen. The order of a set is none; that of a list is one.
func TestSame(t *testing.T) {
	d := decoder(t)
	for name, other := range map[string]any{
		"id": "con_2", "labels": map[string]any{"team": "b"}, "on": false, "number": 8, "scopes": []any{"a"},
		"steps": []any{"a", "b"}, "of": map[string]any{"phase": "stable", "next": 301},
	} {
		for how, value := range map[string]any{"other": other, "null": nil} {
			state := full()
			state[name] = value
			got, err := d.Decode(encode(t, state))
			if err != nil || d.Same(got, want()) || d.Same(want(), got) {
				t.Errorf("%s %s: same, or %v", name, how, err)
			}
		}
	}
	state := full()
	state["scopes"] = []any{"a", "b"}
	if got, err := d.Decode(encode(t, state)); err != nil || !d.Same(got, want()) {
		t.Errorf("the order of a set counts, or %v", err)
	}
}

// What the framework would refuse, or treat in a way of its own, is left to it.
func TestDecodeRefuses(t *testing.T) {
	d := decoder(t)
	unknown := msgpack.RawMessage{0xd4, 0, 0}
	for what, change := range map[string]func(map[string]any){
		"an attribute that is missing":       func(s map[string]any) { delete(s, "on") },
		"an attribute that is unknown to us": func(s map[string]any) { s["other"] = "x" },
		"another attribute in its place":     func(s map[string]any) { delete(s, "on"); s["other"] = true },
		"a number for a text":                func(s map[string]any) { s["id"] = 1 },
		"a text for a number":                func(s map[string]any) { s["number"] = "7" },
		"a fraction":                         func(s map[string]any) { s["number"] = 7.5 },
		"a number that is too large":         func(s map[string]any) { s["number"] = uint64(1) << 63 },
		"a text for a boolean":               func(s map[string]any) { s["on"] = "true" },
		"a set with an element twice":        func(s map[string]any) { s["scopes"] = []any{"a", "a"} },
		"a set with null twice":              func(s map[string]any) { s["scopes"] = []any{nil, nil} },
		"a map for a set":                    func(s map[string]any) { s["scopes"] = map[string]any{"a": "b"} },
		"a set of sets":                      func(s map[string]any) { s["scopes"] = []any{[]any{"a"}} },
		"a list for a map":                   func(s map[string]any) { s["labels"] = []any{"a"} },
		"a map of numbers":                   func(s map[string]any) { s["labels"] = map[string]any{"a": 1} },
		"a text for an object":               func(s map[string]any) { s["of"] = "stable" },
		"an object without a member":         func(s map[string]any) { s["of"] = map[string]any{"phase": "x"} },
		"an object with another member":      func(s map[string]any) { s["of"] = map[string]any{"phase": "x", "y": 1} },
		"an unknown value":                   func(s map[string]any) { s["id"] = unknown },
		"an unknown element":                 func(s map[string]any) { s["steps"] = []any{unknown} },
		"an unknown member": func(s map[string]any) {
			s["of"] = map[string]any{"phase": unknown, "next": 1}
		},
		"values in values": func(s map[string]any) {
			s["of"] = map[string]any{"phase": deep(t, 100_000), "next": 1}
		},
	} {
		state := full()
		change(state)
		if _, err := d.Decode(encode(t, state)); err == nil {
			t.Errorf("%s is decoded", what)
		}
	}
	state := encode(t, full())
	for what, in := range map[string][]byte{
		"nothing": nil, "null": {0xc0}, "JSON": []byte(`{"id":"con_1"}`), "text": encode(t, "id"),
		"something after it": append(bytes.Clone(state), 0xc0), "arrays in arrays": deep(t, 100_000),
		"a map that says it is huge": {0xdf, 0xff, 0xff, 0xff, 0xff}, "an attribute twice": twice(t),
		"a set that says it is huge": huge(t), "a name that says it is huge": {0x87, 0xdb, 0xff, 0xff, 0xff, 0xff, 'i'},
	} {
		if _, err := d.Decode(in); err == nil {
			t.Errorf("%s is decoded", what)
		}
	}
	for n := range state {
		if _, err := d.Decode(state[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are decoded", n, len(state))
		}
	}
}

// deep is an array in an array, and so on.
func deep(tb testing.TB, n int) msgpack.RawMessage {
	tb.Helper()
	return append(bytes.Repeat([]byte{0x91}, n), 0xc0)
}

// twice has the attribute id in the place of on.
func twice(tb testing.TB) []byte {
	tb.Helper()
	state := full()
	delete(state, "on")
	state["in"] = "con_2"
	return bytes.Replace(encode(tb, state), []byte("\xa2in"), []byte("\xa2id"), 1)
}

// huge says that its scopes are four thousand millions.
func huge(tb testing.TB) []byte {
	tb.Helper()
	state := full()
	state["scopes"] = msgpack.RawMessage{0xdd, 0xff, 0xff, 0xff, 0xff}
	return encode(tb, state)
}

// codes begin a value of each form, but for those whose length takes four bytes.
var codes = []byte{
	0x00, 0x7f, 0x80, 0x81, 0x90, 0x91, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc7, 0xca, 0xcb, 0xcc, 0xcf,
	0xd0, 0xd3, 0xd4, 0xd8, 0xd9, 0xda, 0xdc, 0xde, 0xe0, 0xff,
}

// A byte that is changed is never a panic, and what is decoded of it is the same again.
func TestDecodeOfDamagedStates(t *testing.T) {
	d, state := decoder(t), encode(t, full())
	for i := range state {
		for _, b := range codes {
			in := bytes.Clone(state)
			in[i] = b
			if got, err := d.Decode(in); err == nil {
				if again, err := d.Decode(in); err != nil || !d.Same(got, again) {
					t.Fatalf("byte %d is %#x: decoded in two ways, or %v", i, b, err)
				}
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	d := decoder(f)
	f.Add(encode(f, full()))
	f.Fuzz(func(_ *testing.T, in []byte) { _, _ = d.Decode(in) })
}

// A model that does not fit its schema, and types that the framework treats in a way of its own, have no decoder.
func TestForRefuses(t *testing.T) {
	for what, change := range map[string]func(map[string]attr.Type){
		"an attribute less":   func(s map[string]attr.Type) { delete(s, "on") },
		"an attribute more":   func(s map[string]attr.Type) { s["other"] = types.StringType },
		"another type":        func(s map[string]attr.Type) { s["on"] = types.StringType },
		"a type that we lack": func(s map[string]attr.Type) { s["on"] = types.NumberType },
		"a list of booleans":  func(s map[string]attr.Type) { s["steps"] = types.ListType{ElemType: types.BoolType} },
		"a member that we lack": func(s map[string]attr.Type) {
			s["of"] = types.ObjectType{AttrTypes: map[string]attr.Type{"phase": types.DynamicType}}
		},
	} {
		attributes := schema()
		change(attributes)
		if _, err := raw.For[model](types.ObjectType{AttrTypes: attributes}); err == nil {
			t.Errorf("%s: there is a decoder", what)
		}
	}
	if _, err := raw.For[model](types.StringType); err == nil {
		t.Error("a text: there is a decoder")
	}
}

func TestObject(t *testing.T) {
	got := raw.Object(map[string]string{"tenant": "acme", "id": "con_1"})
	if want := encode(t, map[string]string{"id": "con_1", "tenant": "acme"}); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}
