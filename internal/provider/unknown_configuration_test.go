package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// TestUnknownConfiguration: a plan that also creates what the provider needs. Nothing is asked, creations can be
// planned, and what needs a call says why it cannot be made.
func TestUnknownConfiguration(t *testing.T) {
	noEnvironment(t)
	connector := tftest.Config{
		"name":           "mail",
		"owner":          "team",
		"type":           "custom",
		"credentials_wo": map[string]any{"k": "v"},
	}
	for _, name := range []string{"endpoint", "tenant", "environment", "token", "max_retries"} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t, staging)
			c := p.config().With(name, tftypes.UnknownValue)
			for typeName, config := range map[string]tftest.Config{
				"quickconnect_connector":       connector,
				"quickconnect_rotation_policy": {"name": "quarterly", "interval": "90d"},
			} {
				tf := tftest.New(t, provider.New("test")(), c, typeName)
				plan := tf.Plan(config)
				if errs := plan.Diags.Errors(); errs != "" || !plan.Changes {
					t.Errorf("%s: a creation cannot be planned: %s", typeName, errs)
				}
				if errs := tf.Apply(plan, nil).Errors(); !strings.Contains(errs, "its attribute "+name+" is unknown") {
					t.Errorf("%s: got %q", typeName, errs)
				}
			}
			server, schemas := tftest.Serve(t, provider.New("test")())
			tftest.Configure(t, server, schemas, c)
			for typeName, schema := range schemas.DataSourceSchemas {
				config := tftest.Config{}
				object, ok := schema.ValueType().(tftypes.Object)
				if ok && object.AttributeTypes["name"] != nil && typeName != "quickconnect_identity" {
					config["name"] = "mail"
				}
				r, err := server.ReadDataSource(
					t.Context(),
					&tfprotov6.ReadDataSourceRequest{
						TypeName: typeName,
						Config:   tftest.Dynamic(t, tftest.Value(schema.ValueType(), config)),
					},
				)
				if err != nil {
					t.Fatal(err)
				}
				if errs := tftest.Diags(r.Diagnostics).
					Errors(); !strings.Contains(
					errs,
					"its attribute "+name+" is unknown",
				) {
					t.Errorf("data %s: got %q", typeName, errs)
				}
			}
			if p.asked.Load() != 0 {
				t.Error("the platform was asked")
			}
		})
	}
}
