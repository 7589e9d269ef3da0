package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// TestEverythingIsDescribed: the documentation is made from these descriptions.
func TestEverythingIsDescribed(t *testing.T) {
	_, schemas := tftest.Serve(t, provider.New("test")())
	check := func(kind string, s *tfprotov6.Schema) {
		if len(s.Block.Description) < 40 && kind != "provider" {
			t.Errorf("%s has hardly a description", kind)
		}
		var walk func(at string, attributes []*tfprotov6.SchemaAttribute)
		walk = func(at string, attributes []*tfprotov6.SchemaAttribute) {
			for _, a := range attributes {
				if a.Description == "" || a.DescriptionKind != tfprotov6.StringKindMarkdown {
					t.Errorf("%s%s has no description in Markdown", at, a.Name)
				}
				// What can be set says what happens if it is not.
				if a.Optional && !strings.Contains(a.Description, "Default") &&
					!strings.Contains(a.Description, "default") &&
					!strings.Contains(a.Description, "Required, here or") {
					t.Errorf("%s%s does not say its default", at, a.Name)
				}
				if a.NestedType != nil {
					walk(at+a.Name+".", a.NestedType.Attributes)
				}
			}
		}
		walk(kind+".", s.Block.Attributes)
		for _, b := range s.Block.BlockTypes {
			if len(b.Block.Description) < 40 {
				t.Errorf("%s.%s has hardly a description", kind, b.TypeName)
			}
			walk(kind+"."+b.TypeName+".", b.Block.Attributes)
		}
	}
	check("provider", schemas.Provider)
	for name, s := range schemas.ResourceSchemas {
		check(name, s)
	}
	for name, s := range schemas.DataSourceSchemas {
		check("data "+name, s)
	}
	for name, s := range schemas.EphemeralResourceSchemas {
		check("ephemeral "+name, s)
	}
}

// TestSensitiveAttributes is shown as such in plans and outputs; what is write-only is in no state at all.
func TestSensitiveAttributes(t *testing.T) {
	_, schemas := tftest.Serve(t, provider.New("test")())
	want := map[string]bool{ // write-only
		"quickconnect_connector.credentials_wo":             true,
		"quickconnect_connector.credentials_digest":         false,
		"quickconnect_webhook_endpoint.url_wo":              true,
		"quickconnect_webhook_endpoint.url_digest":          false,
		"quickconnect_webhook_endpoint.headers_wo":          true,
		"quickconnect_webhook_endpoint.headers_digest":      false,
		"quickconnect_webhook_endpoint.client_key_wo":       true,
		"quickconnect_webhook_endpoint.client_key_digest":   false,
		"quickconnect_webhook_signing_secret.secret_wo":     true,
		"quickconnect_webhook_signing_secret.secret_digest": false,
	}
	found := 0
	for name, s := range schemas.ResourceSchemas {
		for _, a := range s.Block.Attributes {
			writeOnly, listed := want[name+"."+a.Name]
			if a.Sensitive != listed || a.WriteOnly != writeOnly {
				t.Errorf("%s.%s: sensitive %v, write-only %v", name, a.Name, a.Sensitive, a.WriteOnly)
			}
			if listed {
				found++
			}
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d are there", found, len(want))
	}
}

// TestSchemasAreValid asks for a validation: it finds what GetProviderSchema lets through, such as a write-only
// attribute that is computed.
func TestSchemasAreValid(t *testing.T) {
	server, schemas := tftest.Serve(t, provider.New("test")())
	for name, config := range map[string]tftest.Config{
		"quickconnect_connector": {
			"name": "mail", "owner": "team", "type": "custom", "credentials_wo": map[string]any{"k": "v"},
			"credentials_wo_version": 1,
		},
		"quickconnect_rotation_policy": {
			"name": "quarterly", "interval": "90d", "max_age": "91d", "quiet_period": "1h",
		},
		"quickconnect_scoped_token": {
			"name": "notifier", "owner": "team", "connector_id": "con_1", "scopes": []string{"messages:send"},
			"rotation_policy_id": "pol_1",
		},
		"quickconnect_webhook_endpoint": {
			"name": "hooks", "connector_id": "con_1", "url": "https://hooks.example.com",
			"event_types": []string{"message.delivered"},
		},
		"quickconnect_webhook_signing_secret": {
			"name": "hooks", "owner": "team", "endpoint_id": "wep_1", "rotation_policy_id": "pol_1",
			"secret_wo": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret_wo_version": 1,
		},
	} {
		r, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: name, Config: tftest.Dynamic(t, tftest.Value(schemas.ResourceSchemas[name].ValueType(), config)),
			ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		if err != nil || tftest.Diags(r.Diagnostics).Errors()+tftest.Diags(r.Diagnostics).Warnings() != "" {
			t.Errorf("%s: %v %v", name, err, tftest.Diags(r.Diagnostics).Errors())
		}
	}
	if len(schemas.ResourceSchemas) != 9 || len(schemas.DataSourceSchemas) != 16 ||
		len(schemas.EphemeralResourceSchemas) != 3 {
		t.Errorf(
			"%d resources, %d data sources, %d ephemeral resources",
			len(schemas.ResourceSchemas),
			len(schemas.DataSourceSchemas),
			len(schemas.EphemeralResourceSchemas),
		)
	}
	for name, s := range schemas.ResourceSchemas {
		if s.Version != 0 {
			t.Errorf("%s has schema version %d: an upgrade of state is needed", name, s.Version)
		}
	}
}
