package api_test

import (
	"reflect"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Nothing of a kind is empty or the same as that of another kind.
func TestKindsAreComplete(t *testing.T) {
	seen := map[string]string{}
	for _, k := range api.Kinds() {
		v := reflect.ValueOf(k)
		for i := range v.NumField() {
			field, value := v.Type().Field(i).Name, v.Field(i).String()
			if value == "" {
				t.Errorf("%s has no %s", k.Path, field)
			}
			if other := seen[field+value]; other != "" {
				t.Errorf("%s and %s have the same %s", k.Path, other, field)
			}
			seen[field+value] = k.Path
		}
		if found, ok := api.KindAt(k.Path); !ok || found != k {
			t.Errorf("KindAt(%q) is %+v, %t", k.Path, found, ok)
		}
	}
	if _, ok := api.KindAt("principals"); ok {
		t.Error("principals are a kind of object")
	}
}

func TestKindInPathsAndSentences(t *testing.T) {
	k := api.ScopedTokens
	for got, want := range map[string]string{
		k.Route():                    "/v1/scoped-tokens",
		k.Route("tok_1"):             "/v1/scoped-tokens/tok_1",
		k.Route("tok_1", "versions"): "/v1/scoped-tokens/tok_1/versions",
		k.Count(1):                   "1 scoped token",
		k.Count(3):                   "3 scoped tokens",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
