package api_test

import (
	"encoding/json"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestOptionalKeepsAbsentNullAndEmptyApart(t *testing.T) {
	patch := api.ConnectorPatch{
		Description: api.Null[string](),
		Labels:      api.Some(map[string]string{}),
		Enabled:     api.Some(false),
	}
	out, err := json.Marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"description":null,"labels":{},"enabled":false}`
	if string(out) != want {
		t.Fatalf("got %s, want %s", out, want)
	}
	var back api.ConnectorPatch
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if back.Name.Set || !back.Description.Set || back.Description.Value != nil ||
		back.Labels.Value == nil || len(*back.Labels.Value) != 0 {
		t.Fatalf("read back differently: %+v", back)
	}
}
