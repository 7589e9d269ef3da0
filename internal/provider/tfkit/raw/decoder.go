// Package raw decodes a state of the plugin protocol into a model, without the framework. It takes only what it can
// decode exactly as the framework does; everything else is left to the framework.
package raw

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/vmihailenco/msgpack/v5"
)

// Decoder decodes states of one schema into models of the type M.
type Decoder[M any] struct {
	fields map[string]field
}

// field is where a model has an attribute.
type field struct {
	number int
	index  []int
	decode decode
}

// For returns the decoder of a schema, whose type is typ. It is an error where the model has not exactly the attributes
// of the schema, or where one of them has a type that the framework treats in a way of its own.
func For[M any](typ attr.Type) (*Decoder[M], error) {
	object, ok := typ.(basetypes.ObjectType)
	if !ok {
		return nil, fmt.Errorf("the type is %T, not that of an object", typ)
	}
	d := &Decoder[M]{fields: map[string]field{}}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[M]()) {
		name := f.Tag.Get("tfsdk")
		if name == "" {
			continue // embedded: its fields follow
		}
		of, ok := object.AttrTypes[name]
		if !ok {
			return nil, fmt.Errorf("the schema has no attribute %s", name)
		}
		decode, err := decoderOf(of)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		if f.Type != reflect.TypeOf(decode.null) {
			return nil, fmt.Errorf("attribute %s: the model has a %s, the schema a %T", name, f.Type, decode.null)
		}
		d.fields[name] = field{len(d.fields), f.Index, decode}
	}
	if len(d.fields) != len(object.AttrTypes) {
		return nil, fmt.Errorf("the model has %d attributes, the schema %d", len(d.fields), len(object.AttrTypes))
	}
	return d, nil
}

// errOther says that something is to be decoded by the framework.
var errOther = errors.New("not decoded here")

// Decode decodes a state in MessagePack. The error is for no user: the framework decodes the state then, and says what
// is wrong with it.
func (d *Decoder[M]) Decode(state []byte) (m M, err error) {
	in := bytes.NewReader(state)
	dec := msgpack.GetDecoder()
	defer msgpack.PutDecoder(dec)
	dec.Reset(in)
	n, err := dec.DecodeMapLen()
	if err != nil || n != len(d.fields) {
		return m, errOther
	}
	model := reflect.ValueOf(&m).Elem()
	seen := make([]bool, n)
	for range n {
		name, err := dec.DecodeString()
		if err != nil {
			return m, errOther
		}
		f, ok := d.fields[name]
		if !ok || seen[f.number] {
			return m, errOther
		}
		seen[f.number] = true
		v, err := f.decode.value(dec)
		if err != nil {
			return m, err
		}
		model.FieldByIndex(f.index).Set(reflect.ValueOf(v))
	}
	if in.Len() > 0 {
		return m, errOther
	}
	return m, nil
}

// Same reports whether two models have the same attributes. A state of the one is then a state of the other.
func (d *Decoder[M]) Same(a, b M) bool {
	one, other := reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem()
	for _, f := range d.fields {
		x, isOne := one.FieldByIndex(f.index).Interface().(attr.Value)
		y, isOther := other.FieldByIndex(f.index).Interface().(attr.Value)
		if !isOne || !isOther || !x.Equal(y) {
			return false
		}
	}
	return true
}
