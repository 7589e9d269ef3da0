package raw

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// decode decodes values of one type.
type decode struct {
	null  attr.Value
	known func(*msgpack.Decoder) (attr.Value, error)
}

// decoderOf returns how values of a type are decoded. Types with semantic equality, and types that do not occur in our
// schemas, are an error.
func decoderOf(typ attr.Type) (decode, error) {
	switch typ := typ.(type) {
	case basetypes.StringType:
		return decode{types.StringNull(), decodeString}, nil
	case basetypes.BoolType:
		return decode{types.BoolNull(), decodeBool}, nil
	case basetypes.Int64Type:
		return decode{types.Int64Null(), decodeInt64}, nil
	case basetypes.ObjectType:
		return decodeObject(typ)
	case basetypes.MapType, basetypes.SetType, basetypes.ListType:
		return decodeCollection(typ)
	}
	return decode{}, fmt.Errorf("the type %s is not decoded here", typ)
}

// value decodes the next value. Terraform writes an unknown one as an extension, which no state has.
func (d decode) value(dec *msgpack.Decoder) (attr.Value, error) {
	code, err := dec.PeekCode()
	switch {
	case err != nil || msgpcode.IsExt(code):
		return nil, errOther
	case code == msgpcode.Nil:
		if dec.DecodeNil() != nil {
			return nil, errOther
		}
		return d.null, nil
	}
	return d.known(dec)
}

func decodeString(dec *msgpack.Decoder) (attr.Value, error) {
	s, err := dec.DecodeString()
	if err != nil {
		return nil, errOther
	}
	return types.StringValue(s), nil
}

func decodeBool(dec *msgpack.Decoder) (attr.Value, error) {
	b, err := dec.DecodeBool()
	if err != nil {
		return nil, errOther
	}
	return types.BoolValue(b), nil
}

// decodeInt64 takes whole numbers. Terraform writes those in the shortest form that they fit, and others as text.
func decodeInt64(dec *msgpack.Decoder) (attr.Value, error) {
	code, err := dec.PeekCode()
	if err != nil {
		return nil, errOther
	}
	switch code {
	case msgpcode.Int8, msgpcode.Int16, msgpcode.Int32, msgpcode.Int64,
		msgpcode.Uint8, msgpcode.Uint16, msgpcode.Uint32:
	default:
		if !msgpcode.IsFixedNum(code) {
			return nil, errOther
		}
	}
	n, err := dec.DecodeInt64()
	if err != nil {
		return nil, errOther
	}
	return types.Int64Value(n), nil
}

func decodeObject(typ basetypes.ObjectType) (decode, error) {
	members := map[string]decode{}
	for name, of := range typ.AttrTypes {
		d, err := decoderOf(of)
		if err != nil {
			return decode{}, fmt.Errorf("%s: %w", name, err)
		}
		members[name] = d
	}
	return decode{types.ObjectNull(typ.AttrTypes), func(dec *msgpack.Decoder) (attr.Value, error) {
		n, err := dec.DecodeMapLen()
		if err != nil || n != len(members) {
			return nil, errOther
		}
		values := make(map[string]attr.Value, n)
		for range n {
			name, err := dec.DecodeString()
			d, ok := members[name]
			if err != nil || !ok {
				return nil, errOther
			}
			if values[name], err = d.value(dec); err != nil {
				return nil, err
			}
		}
		o, diags := types.ObjectValue(typ.AttrTypes, values) // an error where a member came twice
		if diags.HasError() {
			return nil, errOther
		}
		return o, nil
	}}, nil
}

// decodeCollection decodes collections of strings.
func decodeCollection(typ attr.Type) (decode, error) {
	const text = "only collections of strings are decoded here"
	of, ok := typ.(attr.TypeWithElementType)
	if !ok || !of.ElementType().Equal(types.StringType) {
		return decode{}, fmt.Errorf("the type is %s: %s", typ, text)
	}
	switch typ.(type) {
	case basetypes.MapType:
		return decode{types.MapNull(types.StringType), decodeMap}, nil
	case basetypes.SetType:
		return decode{types.SetNull(types.StringType), decodeSet}, nil
	case basetypes.ListType:
		return decode{types.ListNull(types.StringType), decodeList}, nil
	}
	return decode{}, fmt.Errorf("the type is %s: %s", typ, text)
}

var texts = decode{types.StringNull(), decodeString}

func decodeMap(dec *msgpack.Decoder) (attr.Value, error) {
	n, err := dec.DecodeMapLen()
	if err != nil {
		return nil, errOther
	}
	values := make(map[string]attr.Value, min(n, dense))
	for range n {
		key, err := dec.DecodeString()
		if err != nil {
			return nil, errOther
		}
		if values[key], err = texts.value(dec); err != nil {
			return nil, err
		}
	}
	if len(values) != n {
		return nil, errOther
	}
	return types.MapValueMust(types.StringType, values), nil
}

// dense is how many elements of a collection get their memory before they were read.
const dense = 64

func elements(dec *msgpack.Decoder) ([]attr.Value, error) {
	n, err := dec.DecodeArrayLen()
	if err != nil {
		return nil, errOther
	}
	values := make([]attr.Value, 0, min(n, dense))
	for range n {
		v, err := texts.value(dec)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// decodeSet refuses an element that comes twice: sets with such elements cannot be compared.
func decodeSet(dec *msgpack.Decoder) (attr.Value, error) {
	values, err := elements(dec)
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		if slices.ContainsFunc(values[:i], v.Equal) {
			return nil, errOther
		}
	}
	return types.SetValueMust(types.StringType, values), nil
}

func decodeList(dec *msgpack.Decoder) (attr.Value, error) {
	values, err := elements(dec)
	if err != nil {
		return nil, err
	}
	return types.ListValueMust(types.StringType, values), nil
}
