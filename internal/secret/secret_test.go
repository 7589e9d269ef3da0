package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const canary = "canary-4711"

type holder struct {
	Public secret.Value
	hidden secret.Value
}

func TestValueIsRedacted(t *testing.T) {
	v := secret.New(canary)
	h := holder{Public: v, hidden: v}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", v, h, &h)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v, "h", h, "m", map[string]secret.Value{"k": v})
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v, "h", h)
	if err := json.NewEncoder(&out).Encode(map[string]any{"v": v, "h": h, "p": &v}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&out, fmt.Errorf("failed with %w and %v", fmt.Errorf("%s", v), h))
	for _, spelt := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(out.String(), spelt) {
			t.Fatalf("the output contains the secret as %q", spelt)
		}
	}
	if !strings.Contains(out.String(), secret.Redacted) {
		t.Fatal("nothing was redacted: the test printed no secret at all")
	}
}

func TestUnmarshalJSON(t *testing.T) {
	var got struct{ A, B secret.Value }
	if err := json.Unmarshal([]byte(`{"a":"`+canary+`","b":null}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.A.Expose() != canary || !got.B.IsEmpty() || !got.A.Equal(secret.New(canary)) {
		t.Fatal("the value differs")
	}
	err := json.Unmarshal([]byte(`{"a":{"x":"`+canary+`"}}`), &got)
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Fatalf("want an error that does not repeat the value, got %v", err)
	}
}
