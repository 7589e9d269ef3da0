package client

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// canaryBody has what encoding/json escapes.
const canaryBody = "CANARY <&> \"é\"\n\u2028"

// requestTypes are the types of all JSON bodies that the client sends.
var requestTypes = []reflect.Type{
	reflect.TypeFor[api.ConnectorCreate](), reflect.TypeFor[api.ConnectorPatch](),
	reflect.TypeFor[api.ScopedTokenCreate](), reflect.TypeFor[api.ScopedTokenPatch](),
	reflect.TypeFor[api.SigningSecretCreate](), reflect.TypeFor[api.SigningSecretPatch](),
	reflect.TypeFor[api.WebhookEndpointCreate](), reflect.TypeFor[api.WebhookEndpointPatch](),
	reflect.TypeFor[api.RotationPolicyCreate](), reflect.TypeFor[api.RotationPolicyPatch](),
	reflect.TypeFor[api.StepRequest](), reflect.TypeFor[api.RevokeRequest](), reflect.TypeFor[api.HoldRequest](),
	reflect.TypeFor[api.TestEventRequest](),
}

// fill sets every member, the one of a secret to canaryBody.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	if v.Type() == secretType {
		v.Set(reflect.ValueOf(secret.New(canaryBody)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for field, member := range v.Fields() {
			if field.IsExported() {
				fill(t, member)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Map:
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(t, elem)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("a<"), elem)
		v.SetMapIndex(reflect.ValueOf("b"), elem)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.Set(reflect.ValueOf(json.RawMessage(`{"n": "<"}`)))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0))
	case reflect.String:
		v.SetString("text <")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(7)
	default:
		t.Fatalf("a request has a %s: teach this test about it", v.Type())
	}
}

// wantBody is what encoding/json writes, with the secret in the place of every redaction.
func wantBody(t *testing.T, request any) string {
	t.Helper()
	redacted, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(canaryBody)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(redacted), `"`+secret.Redacted+`"`, string(plain))
}

func TestBodyDiffersFromEncodingJSONInSecretsOnly(t *testing.T) {
	one := secret.New(canaryBody)
	requests := []any{
		api.ConnectorCreate{AllowedScopes: []string{}, Credentials: map[string]secret.Value{}},
		api.ConnectorPatch{Description: api.Null[string](), Credentials: map[string]secret.Value{"k": one}},
		api.SigningSecretPatch{RotatedPatch: api.RotatedPatch{MinimumVersion: api.Null[int64]()}, Secret: &one},
		api.ScopedTokenPatch{
			RotatedPatch: api.RotatedPatch{RotateWhenChanged: api.Null[map[string]string]()}, AllowedCIDRs: api.Some([]string{}),
		},
		&api.StepRequest{Secret: &one},
	}
	for _, typ := range requestTypes {
		full := reflect.New(typ).Elem()
		fill(t, full)
		requests = append(requests, reflect.Zero(typ).Interface(), full.Interface())
	}
	for _, request := range requests {
		got, _, err := encodeBody(request)
		if want := wantBody(t, request); err != nil || string(got) != want {
			t.Errorf("%T: %v\n got %s\nwant %s", request, err, got, want)
		}
	}
}

func TestBodyKeepsTheRulesOfStructTags(t *testing.T) {
	type embedded struct {
		Inner secret.Value `json:"inner"`
	}
	type Exported struct {
		Promoted secret.Value `json:"promoted"`
	}
	type request struct {
		Exported
		*api.HoldRequest
		hidden    int
		Ignored   secret.Value            `json:"-"`
		Untagged  *secret.Value           // no tag
		OmitEmpty secret.Value            `json:"omit_empty,omitempty"` // a struct is never empty
		OmitZero  secret.Value            `json:"omit_zero,omitzero"`
		Map       map[string]secret.Value `json:"map,omitempty"`
		Nested    map[int64]*embedded     `json:"nested"`
	}
	one := secret.New(canaryBody)
	for name, r := range map[string]request{
		"zero": {OmitEmpty: one, Exported: Exported{one}},
		"full": {
			Exported: Exported{one}, HoldRequest: &api.HoldRequest{Reason: "r"}, hidden: 1, Ignored: one, Untagged: &one,
			OmitEmpty: one, OmitZero: one, Map: map[string]secret.Value{"k": one}, Nested: map[int64]*embedded{7: {one}, 8: nil},
		},
	} {
		got, _, err := encodeBody(r)
		if want := wantBody(t, r); err != nil || string(got) != want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, want)
		}
	}
}

func TestBodyReportsItsSecrets(t *testing.T) {
	_, secrets, err := encodeBody(api.ConnectorCreate{Credentials: map[string]secret.Value{
		"a": secret.New("first"), "b": secret.New("second"), "c": {},
	}})
	slices.Sort(secrets)
	if err != nil || !slices.Equal(secrets, []string{"", "first", "second"}) {
		t.Errorf("got %q, %v", secrets, err)
	}
	if _, secrets, err = encodeBody(api.HoldRequest{Reason: "why"}); err != nil || secrets != nil {
		t.Errorf("got %q, %v", secrets, err)
	}
}

func TestSecretThatCannotBeExposedIsRefused(t *testing.T) {
	type embedded struct{ Secret secret.Value }
	one := secret.New(canaryBody)
	for name, request := range map[string]any{
		"in a slice":              struct{ Secrets []secret.Value }{[]secret.Value{one}},
		"in an array":             struct{ Secrets [1]secret.Value }{},
		"in an optional":          struct{ Secret api.Optional[secret.Value] }{api.Some(one)},
		"in an interface":         struct{ Any any }{one},
		"in an unexported struct": struct{ embedded }{embedded{one}},
	} {
		body, _, err := encodeBody(request)
		if err == nil {
			t.Errorf("%s: was written as %s", name, body)
			continue
		}
		assertNoCanary(t, name, err.Error())
	}
}

func TestExposedBodyDoesNotPrintItsSecrets(t *testing.T) {
	request := api.ConnectorCreate{Credentials: map[string]secret.Value{"k": secret.New(canaryBody)}}
	typ, err := exposedType(reflect.TypeOf(request))
	if err != nil {
		t.Fatal(err)
	}
	to := reflect.New(typ).Elem()
	expose(to, reflect.ValueOf(request), new([]string))
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		assertNoCanary(t, format, fmt.Sprintf(format, to.Interface()))
	}
}
