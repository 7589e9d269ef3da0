package client

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// encodeBody writes a request as JSON with its secrets exposed, and returns those secrets too.
//
// secret.Value writes itself redacted. encodeBody therefore copies the request into a type that is the same except for
// an exposedSecret in the place of every secret.Value. encoding/json writes the copy.
func encodeBody(request any) (body []byte, secrets []string, err error) {
	from := reflect.ValueOf(request)
	t, err := exposedType(from.Type())
	if err != nil {
		return nil, nil, err
	}
	to := reflect.New(t).Elem()
	expose(to, from, &secrets)
	body, err = json.Marshal(to.Interface())
	return body, secrets, err
}

// exposedSecret is a secret.Value that writes itself in clear. It is a struct as secret.Value is, so that omitempty and
// omitzero mean the same for both.
type exposedSecret struct{ value secret.Value }

// MarshalJSON writes the secret.
func (s exposedSecret) MarshalJSON() ([]byte, error) { return json.Marshal(s.value.Expose()) }

var (
	secretType        = reflect.TypeFor[secret.Value]()
	exposedSecretType = reflect.TypeFor[exposedSecret]()
	jsonMarshalerType = reflect.TypeFor[json.Marshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
)

// exposedType returns t with an exposedSecret for every secret.Value, and t itself where there is none. It refuses a
// secret in a place that it cannot copy: encoding/json would send the redaction. No request type contains itself.
func exposedType(t reflect.Type) (reflect.Type, error) {
	if t == secretType {
		return exposedSecretType, nil
	}
	out, err := exposedParts(t)
	if err != nil || out == t {
		return t, err
	}
	// A copy loses the methods of t.
	if p := reflect.PointerTo(t); t.Kind() != reflect.Pointer &&
		(p.Implements(jsonMarshalerType) || p.Implements(textMarshalerType)) {
		return nil, notExposable(t)
	}
	return out, nil
}

func exposedParts(t reflect.Type) (reflect.Type, error) {
	switch t.Kind() {
	case reflect.Struct:
		return exposedStruct(t)
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array:
	case reflect.Interface:
		return nil, notExposable(t)
	default:
		return t, nil
	}
	elem, err := exposedType(t.Elem())
	switch {
	case err != nil || elem == t.Elem():
		return t, err
	case t.Kind() == reflect.Pointer:
		return reflect.PointerTo(elem), nil
	case t.Kind() == reflect.Map:
		return reflect.MapOf(t.Key(), elem), nil
	}
	return nil, notExposable(t)
}

// exposedStruct drops the members that encoding/json ignores: StructOf cannot have them.
func exposedStruct(t reflect.Type) (reflect.Type, error) {
	var members []reflect.StructField
	changed := false
	for field := range t.Fields() {
		elem, err := exposedType(field.Type)
		if err != nil && (field.IsExported() || field.Anonymous) {
			return nil, err
		}
		if !field.IsExported() {
			if field.Anonymous && elem != field.Type {
				return nil, notExposable(t)
			}
			continue
		}
		changed = changed || elem != field.Type
		field.Type = elem
		members = append(members, reflect.StructField{
			Name: field.Name, Type: elem, Tag: field.Tag, Anonymous: field.Anonymous,
		})
	}
	if !changed {
		return t, nil
	}
	return reflect.StructOf(members), nil
}

func notExposable(t reflect.Type) error {
	return fmt.Errorf("a request cannot have a secret inside a %s", t)
}

// expose copies from into to, whose type is the exposedType of from's.
func expose(to, from reflect.Value, secrets *[]string) {
	if to.Type() == from.Type() {
		to.Set(from)
		return
	}
	if v, ok := reflect.TypeAssert[secret.Value](from); ok {
		*secrets = append(*secrets, v.Expose())
		to.Set(reflect.ValueOf(exposedSecret{v}))
		return
	}
	switch from.Kind() {
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
			expose(to.Elem(), from.Elem(), secrets)
		}
	case reflect.Map:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeMapWithSize(to.Type(), from.Len()))
		for key, value := range from.Seq2() {
			elem := reflect.New(to.Type().Elem()).Elem()
			expose(elem, value, secrets)
			to.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		next := 0
		for field, value := range from.Fields() {
			if field.IsExported() {
				expose(to.Field(next), value, secrets)
				next++
			}
		}
	}
}
