package tftest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Dynamic encodes a value for the protocol.
func Dynamic(tb testing.TB, v tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		tb.Fatal(err)
	}
	return &d
}

// Value is an object of type typ with the attributes of c, the others null.
func Value(typ tftypes.Type, c Config) tftypes.Value {
	object, ok := typ.(tftypes.Object)
	if !ok {
		panic("not the type of an object: " + typ.String())
	}
	members := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		members[name] = valueOf(attribute, c[name])
	}
	for name := range c {
		if _, ok := members[name]; !ok {
			panic("no attribute " + name)
		}
	}
	return tftypes.NewValue(typ, members)
}

func valueOf(typ tftypes.Type, v any) tftypes.Value {
	switch v := v.(type) {
	case Config: // of a block or a nested attribute
		return Value(typ, v)
	case []string:
		items := []tftypes.Value{}
		for _, s := range v {
			items = append(items, tftypes.NewValue(tftypes.String, s))
		}
		return tftypes.NewValue(typ, items)
	case map[string]any:
		items := map[string]tftypes.Value{}
		for k, s := range v {
			items[k] = tftypes.NewValue(tftypes.String, s)
		}
		return tftypes.NewValue(typ, items)
	default:
		return tftypes.NewValue(typ, v)
	}
}

func (tf *Terraform) null() tftypes.Value { return tftypes.NewValue(tf.typ, nil) }

func (tf *Terraform) value(d *tfprotov6.DynamicValue) tftypes.Value {
	tf.t.Helper()
	v, err := d.Unmarshal(tf.typ)
	if err != nil {
		tf.t.Fatal(err)
	}
	return v
}

func (tf *Terraform) members(v tftypes.Value) map[string]tftypes.Value {
	tf.t.Helper()
	out := map[string]tftypes.Value{}
	if err := v.As(&out); err != nil {
		tf.t.Fatal(err)
	}
	return maps.Clone(out) // tftypes hands out its own map
}

// Get reads an attribute as text, by its path such as rotation.phase; <unknown> and <null> as such. Maps and sets are
// JSON. The elements of a set are sorted, for they have no order.
func (tf *Terraform) Get(v tftypes.Value, path string) string {
	tf.t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		if !v.IsKnown() || v.IsNull() {
			break
		}
		v = tf.members(v)[name]
	}
	switch {
	case !v.IsKnown():
		return "<unknown>"
	case v.IsNull():
		return "<null>"
	}
	text, err := json.Marshal(plain(v))
	if err != nil {
		tf.t.Fatal(err)
	}
	return strings.Trim(string(text), `"`)
}

// Forget makes an attribute of the state null, as in the state of a provider that did not have it.
func (tf *Terraform) Forget(name string) {
	tf.t.Helper()
	members := tf.members(tf.State)
	members[name] = tftypes.NewValue(members[name].Type(), nil)
	tf.State = tftypes.NewValue(tf.typ, members)
}

// Expect compares attributes of a value with "path=text" lines.
func (tf *Terraform) Expect(v tftypes.Value, want ...string) {
	tf.t.Helper()
	for _, w := range want {
		name, text, _ := strings.Cut(w, "=")
		if got := tf.Get(v, name); got != text {
			tf.t.Errorf("%s is %s, want %s", name, got, text)
		}
	}
}

func plain(v tftypes.Value) any {
	var (
		s string
		b bool
		n big.Float
		l []tftypes.Value
		m map[string]tftypes.Value
	)
	switch {
	case v.As(&s) == nil:
		return s
	case v.As(&b) == nil:
		return b
	case v.As(&n) == nil:
		return json.RawMessage(n.Text('f', -1))
	case v.As(&m) == nil:
		out := map[string]any{}
		for k, e := range m {
			out[k] = plain(e)
		}
		return out
	case v.As(&l) == nil:
		out := []any{}
		for _, e := range l {
			out = append(out, plain(e))
		}
		if v.Type().Is(tftypes.Set{}) {
			slices.SortFunc(out, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
		return out
	}
	return v.String()
}

// Diags are the diagnostics of one operation.
type Diags []*tfprotov6.Diagnostic

func (d Diags) of(s tfprotov6.DiagnosticSeverity) string {
	var out []string
	for _, x := range d {
		if x.Severity == s {
			out = append(out, fmt.Sprintf("%s: %s: %s", x.Attribute, x.Summary, x.Detail))
		}
	}
	return strings.Join(out, "\n")
}

// Errors are the errors, each as "attribute path: summary: detail"; empty where there is none.
func (d Diags) Errors() string { return d.of(tfprotov6.DiagnosticSeverityError) }

// Warnings are the warnings, written the same way.
func (d Diags) Warnings() string { return d.of(tfprotov6.DiagnosticSeverityWarning) }
