package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestDataIdentity(t *testing.T) {
	noEnvironment(t)
	p := newPlatform(t, staging)
	server, schemas := tftest.Serve(t, provider.New("test")())
	if errs := tftest.Configure(t, server, schemas, p.config()).Errors(); errs != "" {
		t.Fatal(errs)
	}
	typ := schemas.DataSourceSchemas["quickconnect_identity"].ValueType()
	r, err := server.ReadDataSource(
		t.Context(),
		&tfprotov6.ReadDataSourceRequest{
			TypeName: "quickconnect_identity",
			Config:   tftest.Dynamic(t, tftest.Value(typ, tftest.Config{})),
		},
	)
	if err != nil || tftest.Diags(r.Diagnostics).Errors() != "" {
		t.Fatal(err, r.Diagnostics)
	}
	got, err := r.State.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	want := tftest.Value(typ, tftest.Config{
		"principal_id": "prn_1",
		"name":         "ci",
		"role":         "deployer",
		"permissions":  []string{"read", "write"},
		"tenant":       "acme",
		"environment":  "staging",
		"platform_id":  "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV", "incarnation": 1, "restore_confirmed": true,
		"egress_addresses": []string{"192.0.2.1/32"},
	})
	if !got.Equal(want) {
		t.Errorf("got %s", got)
	}
	if strings.Contains(got.String(), "AAAA") {
		t.Error("the comparison key is in the state")
	}
	if p.asked.Load() != 1 {
		t.Errorf("the platform was asked %d times", p.asked.Load())
	}
}
