package tfkit

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

type notes map[string][]byte

func (n notes) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return n[key], nil }

func (n notes) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	n[key] = value
	return nil
}

func TestPrivate(t *testing.T) {
	var diags diag.Diagnostics
	n := notes{"broken": []byte("{")}
	text := "7"
	StorePrivate(t.Context(), n, "etag", &text, &diags)
	if got := LoadPrivate[string](t.Context(), n, "etag", &diags); got == nil || *got != "7" {
		t.Errorf("got %v", got)
	}
	StorePrivate[string](t.Context(), n, "etag", nil, &diags)
	for _, key := range []string{"etag", "broken", "never"} {
		if got := LoadPrivate[string](t.Context(), n, key, &diags); got != nil {
			t.Errorf("%s: got %q", key, *got)
		}
	}
	if diags.HasError() {
		t.Error(diags)
	}
	impossible := make(chan int)
	if StorePrivate(t.Context(), n, "etag", &impossible, &diags); !diags.HasError() {
		t.Error("a channel was stored")
	}
}
