package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// imported is an object that somebody made through the API, and the configuration that says the same of it.
type imported struct {
	kind
	body map[string]any
	// state is what the import must put into the state.
	state []string
}

// importCases are objects as the API keeps them: with nothing, with empty values, with everything, and with values in
// other words than the configuration's.
func importCases() map[string]imported {
	ids := acctest.TheFixture()
	empty := tftest.Triggers()
	full := map[string]any{
		"description": "what it is for", "labels": map[string]any{"team": "a"}, "minimum_version": 4,
		"deletion_protection": true,
		"rotate_when_changed": map[string]any{"incident": "7"},
	}
	all := merge(importedRotated(api.ScopedTokens, everyKind()["scoped token"].config),
		importedRotated(api.SigningSecrets, everyKind()["signing secret"].config))
	policy := tftest.Config{"name": "orders", "interval": "90d"}
	all["policy with its defaults"] = imported{kind{api.RotationPolicies, policy}, policy, []string{
		"overlap=24h", "max_stage=7d", "max_age=<null>", "description=<null>", "labels=<null>",
		"require_acknowledgement=true",
	}}
	all["policy with durations in other words"] = imported{
		kind{api.RotationPolicies, tftest.Config{
			"name": "orders", "interval": "7d", "overlap": "24h", "max_stage": "1h30m", "max_age": "14d", "quiet_period": "1h",
			"require_acknowledgement": false, "on_stage_timeout": "promote", "labels": empty,
		}},
		map[string]any{
			"name": "orders", "interval": "168h", "overlap": "1d", "max_stage": "90m", "max_age": "2w", "quiet_period": "3600s",
			"require_acknowledgement": false, "on_stage_timeout": "promote", "description": "", "labels": empty,
		},
		[]string{
			"interval=168h", "overlap=1d", "max_stage=90m", "max_age=2w", "quiet_period=3600s", "description=<null>",
			"labels={}",
		},
	}
	connector := tftest.Config{"name": "orders", "owner": "team-a", "type": "slack"}
	all["connector with nothing"] = imported{kind{api.Connectors, connector}, connector, []string{
		"description=<null>", "labels=<null>", "settings=<null>", "allowed_scopes=<null>", "enabled=true", "version=<null>",
		"credentials_status=missing",
	}}
	emptyConnector := tftest.Config{
		"name": "orders", "owner": "team-a", "type": "slack", "description": "", "labels": empty, "settings": empty,
		"allowed_scopes": []string{}, "enabled": false,
	}
	configured := emptyConnector.With("description", nil) // as Terraform generates it
	all["connector with empty values"] = imported{kind{api.Connectors, configured}, emptyConnector, []string{
		"description=<null>", "labels={}", "settings={}", "allowed_scopes=[]", "enabled=false",
	}}
	fullConnector := tftest.Config{
		"name": "orders", "owner": "team-a", "type": "twilio", "description": "Texts", "labels": map[string]any{"team": "a"},
		"settings":       map[string]any{"account_sid": "AC0123456789abcdef0123456789abcdef"},
		"allowed_scopes": []string{"messages:send", "contacts:*"}, "rotation_policy_id": ids.Policies[0],
		"credentials_wo_version": 3,
	}
	all["connector with everything"] = imported{
		kind{api.Connectors, fullConnector.With("credentials_wo", map[string]any{"auth_token": "CANARY"})},
		map[string]any(fullConnector.With("credentials", map[string]any{"auth_token": "CANARY"})),
		[]string{"version=1", "credentials_wo_version=3", "credentials_status=current", "credentials_wo=<null>"},
	}
	endpoint := tftest.Config{
		"name": "orders", "connector_id": ids.Connectors[0],
		"url": "https://hooks.example.com/x?y=z",
	}
	all["endpoint with nothing"] = imported{kind{api.WebhookEndpoints, endpoint}, endpoint, []string{
		"url=https://hooks.example.com/x?y=z", "event_types=<null>", "enabled=true", "description=<null>", "labels=<null>",
	}}
	fullEndpoint := endpoint.With("url", "https://HOOKS.example.com:443/x").With("enabled", false).
		With("event_types", []string{"message.delivered", "message.failed"}).With("labels", map[string]any{"team": "a"})
	described := map[string]any(fullEndpoint.With("description", ""))
	all["endpoint with everything"] = imported{kind{api.WebhookEndpoints, fullEndpoint}, described, []string{
		"url=https://HOOKS.example.com:443/x", "enabled=false", "description=<null>",
	}}
	keys := everyKind()["signing secret"].config.With("algorithm", api.AlgorithmEd25519)
	maps.Copy(keys, full)
	all["key pair with everything"] = imported{kind{api.SigningSecrets, keys}, keys, []string{
		"version=4", "minimum_version=4", "algorithm=ed25519", "deletion_protection=true", "secret_digest=<null>",
	}}
	token := everyKind()["scoped token"].config.With("expires_at", "2027-01-31T12:00:00Z").With("allowed_cidrs",
		[]string{"192.0.2.0/24"})
	maps.Copy(token, full)
	all["token with everything, its end in another offset"] = imported{
		kind{api.ScopedTokens, token},
		token.With("expires_at", "2027-01-31T14:00:00+02:00"),
		[]string{
			"version=4", "minimum_version=4", "expires_at=2027-01-31T14:00:00+02:00",
			`rotate_when_changed={"incident":"7"}`,
		},
	}
	secret := everyKind()["signing secret"].config
	supplied := "whsec_" + strings.Repeat("YWJj", 8)
	all["supplied secret"] = imported{
		kind{api.SigningSecrets, secret.With("secret_wo", supplied)},
		secret.With("secret", supplied),
		[]string{"version=1", "secret_wo=<null>"},
	}
	all["supplied secret whose value is not configured"] = imported{
		kind{api.SigningSecrets, secret}, secret.With("secret", supplied), []string{"version=1"},
	}
	all["supplied secret with its number"] = imported{
		kind{api.SigningSecrets, secret.With("secret_wo", "whsec_"+strings.Repeat("eHl6", 8)).With("secret_wo_version", 3)},
		secret.With("secret", supplied).With("secret_wo_version", 3),
		[]string{"version=1", "secret_wo_version=3"},
	}
	return all
}

// importedRotated are what scoped tokens and signing secrets share.
func importedRotated(k api.Kind, c tftest.Config) map[string]imported {
	none := c.With("labels", tftest.Triggers()).With("rotate_when_changed", tftest.Triggers())
	return map[string]imported{
		k.Singular + " with nothing": {kind{k, c}, c, []string{
			"version=1", "description=<null>", "labels=<null>", "rotate_when_changed=<null>", "minimum_version=<null>",
			"deletion_protection=false",
		}},
		k.Singular + " with empty values": {
			kind{k, none},
			none.With("description", ""),
			[]string{"description=<null>", "labels={}", "rotate_when_changed={}"},
		},
	}
}

func merge(all ...map[string]imported) map[string]imported {
	out := map[string]imported{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

// An import takes the name or the id, needs no secret, and changes nothing. Where the configuration says what the
// platform has, the next plan is empty.
func TestImportOfWhatTheAPIMade(t *testing.T) {
	for name, c := range importCases() {
		t.Run(name, func(t *testing.T) {
			forEach(t, map[string]kind{c.Singular: c.kind}, func(s *scene, k kind) {
				var before, after api.Object
				by := s.As(api.RoleDeployer)
				by.Create(k.Path, c.body).Want(http.StatusCreated).Decode(&before)
				for _, id := range []string{"orders", before.ID} {
					tf := s.Terraform(k.Terraform)
					tftest.Must(s.t, tf.Import(id))
					tf.Expect(tf.State, append(c.state, "id="+before.ID, "created_at=2026-05-01T12:00:00Z")...)
					tftest.Empty(s.t, tf, k.config)
				}
				if by.Find(k.Path, "orders", &after); after.Etag != before.Etag {
					s.t.Errorf("the import changed the object: etag %s, was %s", after.Etag, before.Etag)
				}
			})
		})
	}
}

// Null and empty are two values for a map. Of a text they are one: Terraform generates null for both.
func TestImportTellsNullFromEmpty(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config.With("description", "").With("labels", tftest.Triggers()))
		tf := s.Terraform(k.Terraform)
		tftest.Must(s.t, tf.Import("orders"))
		tf.Expect(tf.State, "description=<null>", "labels={}")
		p := tf.Plan(k.config)
		tf.Expect(p.Planned, "description=<null>", "labels=<null>")
		tf.Keep(p, nil)
		tf.Expect(tf.State, "description=<null>", "labels=<null>")
	})
}

// What is due when it is imported is planned at once.
func TestImportOfWhatIsDue(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		s.create(k.config)
		s.due()
		tf := s.Terraform(k.Terraform)
		tftest.Must(s.t, tf.Import("orders"))
		p := tf.Plan(k.config)
		tf.Expect(p.Planned, "version=2", "rotation.phase=staged")
		tf.Keep(p, nil)
		// In the middle of the rotation an import finds it.
		again := s.Terraform(k.Terraform)
		tftest.Must(s.t, again.Import("orders"))
		again.Expect(again.State, "version=2", "rotation.phase=staged")
		tftest.Empty(s.t, again, k.config)
	})
}
