package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
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
	for _, name := range []string{"endpoint", "tenant", "environment", "token", "ca_certificate_file", "client_key_file"} {
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

// The block workload_identity counts as the attributes do, as a whole and in each part.
func TestUnknownWorkloadIdentity(t *testing.T) {
	noEnvironment(t)
	p := newPlatform(t, staging)
	known := p.config().With("token", nil)
	for name, block := range map[string]any{
		"workload_identity":            tftest.Unknown,
		"workload_identity.identity":   tftest.Config{"identity": tftest.Unknown, "token_file": "jwt"},
		"workload_identity.token":      tftest.Config{"identity": "ci", "token": tftest.Unknown},
		"workload_identity.token_file": tftest.Config{"identity": "ci", "token_file": tftest.Unknown},
		"workload_identity.tag":        tftest.Config{"identity": "ci", "tag": tftest.Unknown},
		"workload_identity.audience":   tftest.Config{"identity": "ci", "token_file": "jwt", "audience": tftest.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			tf := tftest.New(t, provider.New("test")(), known.With("workload_identity", block), "quickconnect_connector")
			plan := tf.Plan(tftest.Config{"name": "mail", "owner": "team", "type": "custom"})
			if errs := plan.Diags.Errors(); errs != "" || !plan.Changes {
				t.Errorf("a creation cannot be planned: %s", errs)
			}
			tftest.Says(t, tf.Apply(plan, nil).Errors(), "its attribute "+name+" is unknown")
		})
	}
	if p.asked.Load() != 0 {
		t.Error("the platform was asked")
	}
}

// What only tunes the calls has its default in a plan that does not know it yet.
func TestUnknownTuning(t *testing.T) {
	noEnvironment(t)
	for _, name := range []string{"request_timeout", "max_retries", "requests_per_second"} {
		p := newPlatform(t, staging)
		if errs := configure(t, p.config().With(name, tftest.Unknown)).Errors(); errs != "" || p.asked.Load() != 1 {
			t.Errorf("%s: %d calls, %s", name, p.asked.Load(), errs)
		}
	}
}

// One Read stops the run. An error for each object would bury what the first one says.
func TestUnknownConfigurationIsSaidOnce(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		tf := s.Terraform(k.Terraform, acctest.TokenUnknown)
		takeOver(tf, s.tf)
		tftest.Says(t, tf.Refresh().Errors(), "its attribute token is unknown", "terraform apply -target=")
		before := tf.State
		if errs := tf.Refresh().Errors(); errs != "" || !tf.State.Equal(before) || tf.Private == nil {
			t.Errorf("the second object: %s", errs)
		}
		// What cannot go on without an answer still fails, with a short text.
		errs := tf.Import("orders").Errors()
		tftest.Says(t, errs, "its attribute token is unknown", "The first error of this kind")
		saysNothingOf(t, errs, "-target")
		s.Wrote(t)
	})
}
