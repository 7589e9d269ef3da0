package tfkit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

func TestClientFor(t *testing.T) {
	c, err := client.New(client.Config{Endpoint: "http://127.0.0.1:1", Token: secret.New("qcp_test")})
	if err != nil {
		t.Fatal(err)
	}
	here, err := NewSession(c, api.Identity{Tenant: "acme", Environment: "staging"})
	if err != nil {
		t.Fatal(err)
	}
	s, null, unknown := types.StringValue, types.StringNull(), types.StringUnknown()
	for name, tt := range map[string]struct {
		platform            *Session
		tenant, environment types.String
		want                string // of the error; empty for none
	}{
		"at home":             {here, s("acme"), s("staging"), ""},
		"after an import":     {here, null, null, ""},
		"before the creation": {here, unknown, unknown, ""},
		"another environment": {here, s("acme"), s("production"), `environment "production"`},
		"another tenant":      {here, s("other"), s("staging"), `tenant "other"`},
		"not configured": {
			NotConfigured("endpoint"), s("acme"), s("staging"), "its attribute endpoint is unknown",
		},
		"validation": {nil, s("acme"), s("staging"), "before it was configured"},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.Diagnostics
			got := (&access{tt.platform}).ClientFor(t.Context(), notes{}, tt.tenant, tt.environment, &diags)
			if (got != nil) != (tt.want == "") {
				t.Errorf("client: %v", got != nil)
			}
			if text := fmt.Sprint(diags); !strings.Contains(text, tt.want) || diags.HasError() != (tt.want != "") {
				t.Errorf("got %s", text)
			}
		})
	}
}

func TestTakeRefusesOtherTypes(t *testing.T) {
	var diags diag.Diagnostics
	a := access{}
	a.take(nil, &diags)
	if diags.HasError() || a.Session() != nil {
		t.Error("validation, where there is nothing to take, is no error")
	}
	if a.take("stranger", &diags); !diags.HasError() {
		t.Error("a stranger was taken")
	}
	if _, ok := a.Session().Identity(); ok {
		t.Error("nobody has an identity")
	}
}
