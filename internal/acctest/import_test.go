package acctest_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// imported is an object that somebody made beside Terraform, and the block that says the same of it.
type imported struct {
	name, kind, address string
	// create makes everything and returns the configuration; the object of the test is named "x".
	create func(byHand) string
	// state has what the import must have put into the state.
	state map[string]any
}

// byHand is somebody who makes objects beside Terraform.
type byHand struct {
	t *testing.T
	p *acctest.Platform
}

func (h byHand) make(kind string, body map[string]any) (id string) {
	h.t.Helper()
	var object api.Object
	h.p.As(api.RoleOperator).Create(kind, body).Want(http.StatusCreated).Decode(&object)
	return object.ID
}

// makeToken makes a connector and a policy, then a token with these members.
func (h byHand) makeToken(more map[string]any) (connector, policyID string) {
	h.t.Helper()
	connector = h.make(api.KindConnectors, map[string]any{"name": "slack", "owner": "team", "type": "slack"})
	policyID = h.make(api.KindRotationPolicies, map[string]any{"name": "monthly", "interval": "30d"})
	body := map[string]any{"name": "x", "owner": "team", "connector_id": connector, "scopes": []string{"messages:send", "messages:read"}}
	for k, v := range more {
		if k == "rotation_policy_id" {
			v = policyID
		}
		body[k] = v
	}
	h.make(api.KindScopedTokens, body)
	return connector, policyID
}

// makeEndpoint makes a connector, an endpoint called x with these members, and a policy.
func (h byHand) makeEndpoint(more map[string]any) (connector, endpoint, policyID string) {
	h.t.Helper()
	connector = h.make(api.KindConnectors, map[string]any{"name": "shop", "owner": "team", "type": "custom"})
	policyID = h.make(api.KindRotationPolicies, map[string]any{"name": "monthly", "interval": "30d"})
	body := map[string]any{"name": "x", "connector_id": connector, "url": "https://hooks.example.com/x?y=z"}
	maps.Copy(body, more)
	return connector, h.make(api.KindWebhookEndpoints, body), policyID
}

// makeSecret makes an endpoint, and a signing secret called x with these members.
func (h byHand) makeSecret(more map[string]any) (endpoint, policyID string) {
	h.t.Helper()
	_, endpoint, policyID = h.makeEndpoint(nil)
	body := map[string]any{"name": "x", "owner": "team", "endpoint_id": endpoint, "rotation_policy_id": policyID}
	maps.Copy(body, more)
	h.make(api.KindSigningSecrets, body)
	return endpoint, policyID
}

func secretBlock(endpoint, policyID, more string) string {
	return fmt.Sprintf(`
resource "quickconnect_webhook_signing_secret" "x" {
  name               = "x"
  owner              = "team"
  endpoint_id        = %q
  rotation_policy_id = %q
  %s
}
`, endpoint, policyID, more)
}

func tokenBlock(connector, more string) string {
	return fmt.Sprintf(`
resource "quickconnect_scoped_token" "x" {
  name         = "x"
  owner        = "team"
  connector_id = %q
  scopes       = ["messages:read", "messages:send"]
  %s
}
`, connector, more)
}

var importCases = []imported{
	{
		"policy with its defaults", api.KindRotationPolicies, "quickconnect_rotation_policy.x",
		func(h byHand) string {
			h.make(api.KindRotationPolicies, map[string]any{"name": "x", "interval": "90d"})
			return `resource "quickconnect_rotation_policy" "x" {
  name     = "x"
  interval = "90d"
}`
		},
		map[string]any{"interval": "90d", "overlap": "24h", "max_stage": "7d", "max_age": nil, "description": nil, "labels": nil, "require_acknowledgement": true},
	},
	{
		"policy with everything, durations in other words", api.KindRotationPolicies, "quickconnect_rotation_policy.x",
		func(h byHand) string {
			h.make(api.KindRotationPolicies, map[string]any{
				"name": "x", "interval": "168h", "overlap": "1d", "max_stage": "90m", "max_age": "2w", "quiet_period": "3600s",
				"require_acknowledgement": false, "on_stage_timeout": "promote", "description": "", "labels": map[string]string{},
			})
			return `resource "quickconnect_rotation_policy" "x" {
  name                    = "x"
  interval                = "7d"
  overlap                 = "24h"
  max_stage               = "1h30m"
  max_age                 = "14d"
  quiet_period            = "1h"
  require_acknowledgement = false
  on_stage_timeout        = "promote"
  description             = ""
  labels                  = {}
}`
		},
		map[string]any{"interval": "168h", "overlap": "1d", "max_stage": "90m", "max_age": "2w", "quiet_period": "3600s", "description": "", "labels": map[string]any{}},
	},
	{
		"policy, durations as given", api.KindRotationPolicies, "quickconnect_rotation_policy.x",
		func(h byHand) string {
			h.make(api.KindRotationPolicies, map[string]any{"name": "x", "interval": "168h", "overlap": "0s"})
			return `resource "quickconnect_rotation_policy" "x" {
  name     = "x"
  interval = "168h"
  overlap  = "0s"
}`
		},
		map[string]any{"interval": "168h", "overlap": "0s"},
	},
	{
		"connector with nothing", api.KindConnectors, "quickconnect_connector.x",
		func(h byHand) string {
			h.make(api.KindConnectors, map[string]any{"name": "x", "owner": "team", "type": "slack"})
			return `resource "quickconnect_connector" "x" {
  name  = "x"
  owner = "team"
  type  = "slack"
}`
		},
		map[string]any{"description": nil, "labels": nil, "settings": nil, "allowed_scopes": nil, "enabled": true, "version": nil, "credentials_status": "missing"},
	},
	{
		"connector with empty things", api.KindConnectors, "quickconnect_connector.x",
		func(h byHand) string {
			h.make(api.KindConnectors, map[string]any{
				"name": "x", "owner": "team", "type": "slack", "description": "", "labels": map[string]string{},
				"settings": map[string]string{}, "allowed_scopes": []string{}, "enabled": false,
			})
			return `resource "quickconnect_connector" "x" {
  name           = "x"
  owner          = "team"
  type           = "slack"
  description    = ""
  labels         = {}
  settings       = {}
  allowed_scopes = []
  enabled        = false
}`
		},
		map[string]any{"description": "", "labels": map[string]any{}, "settings": map[string]any{}, "allowed_scopes": []any{}, "enabled": false},
	},
	{
		"connector with everything, credentials included", api.KindConnectors, "quickconnect_connector.x",
		func(h byHand) string {
			id := h.make(api.KindRotationPolicies, map[string]any{"name": "monthly", "interval": "30d"})
			h.make(api.KindConnectors, map[string]any{
				"name": "x", "owner": "team", "type": "twilio", "description": "Texts", "labels": map[string]string{"team": "alerts"},
				"settings": map[string]string{"account_sid": "AC0123456789abcdef0123456789abcdef"}, "allowed_scopes": []string{"messages:send", "contacts:*"},
				"rotation_policy_id": id, "credentials": map[string]string{"auth_token": "not-so-secret"}, "credentials_wo_version": 3,
			})
			return fmt.Sprintf(`resource "quickconnect_connector" "x" {
  name                   = "x"
  owner                  = "team"
  type                   = "twilio"
  description            = "Texts"
  labels                 = { team = "alerts" }
  settings               = { account_sid = "AC0123456789abcdef0123456789abcdef" }
  allowed_scopes         = ["contacts:*", "messages:send"]
  rotation_policy_id     = %q
  credentials_wo         = { auth_token = "not-so-secret" }
  credentials_wo_version = 3
}`, id)
		},
		map[string]any{"version": 1.0, "credentials_wo_version": 3.0, "credentials_status": "current"},
	},
	{
		"token with a policy alone", api.KindScopedTokens, "quickconnect_scoped_token.x",
		func(h byHand) string {
			connector, policyID := h.makeToken(map[string]any{"rotation_policy_id": true})
			return tokenBlock(connector, fmt.Sprintf("rotation_policy_id = %q", policyID))
		},
		map[string]any{"version": 1.0, "description": nil, "labels": nil, "allowed_cidrs": nil, "rotate_when_changed": nil, "minimum_version": nil, "expires_at": nil, "deletion_protection": false},
	},
	{
		"token with empty things", api.KindScopedTokens, "quickconnect_scoped_token.x",
		func(h byHand) string {
			connector, policyID := h.makeToken(map[string]any{
				"rotation_policy_id": true, "description": "", "labels": map[string]string{}, "allowed_cidrs": []string{}, "rotate_when_changed": map[string]string{},
			})
			return tokenBlock(connector, fmt.Sprintf("rotation_policy_id = %q\ndescription = \"\"\nlabels = {}\nallowed_cidrs = []\nrotate_when_changed = {}", policyID))
		},
		map[string]any{"description": "", "labels": map[string]any{}, "allowed_cidrs": []any{}, "rotate_when_changed": map[string]any{}},
	},
	{
		"token with everything", api.KindScopedTokens, "quickconnect_scoped_token.x",
		func(h byHand) string {
			connector, policyID := h.makeToken(map[string]any{
				"rotation_policy_id": true, "description": "Sends", "labels": map[string]string{"team": "alerts"}, "allowed_cidrs": []string{"192.0.2.0/24"},
				"rotate_when_changed": map[string]string{"incident": "7"}, "minimum_version": 4, "deletion_protection": true, "expires_at": "2027-01-31T14:00:00+02:00",
			})
			return tokenBlock(connector, fmt.Sprintf(`
  rotation_policy_id  = %q
  description         = "Sends"
  labels              = { team = "alerts" }
  allowed_cidrs       = ["192.0.2.0/24"]
  rotate_when_changed = { incident = "7" }
  minimum_version     = 4
  deletion_protection = true
  expires_at          = "2027-01-31T14:00:00+02:00"`, policyID))
		},
		map[string]any{"version": 4.0, "minimum_version": 4.0, "deletion_protection": true, "expires_at": "2027-01-31T14:00:00+02:00", "rotate_when_changed": map[string]any{"incident": "7"}},
	},
	{
		"token with an end in another offset", api.KindScopedTokens, "quickconnect_scoped_token.x",
		func(h byHand) string {
			connector, _ := h.makeToken(map[string]any{"expires_at": "2027-01-31T14:00:00+02:00"})
			return tokenBlock(connector, `expires_at = "2027-01-31T12:00:00Z"`)
		},
		map[string]any{"expires_at": "2027-01-31T14:00:00+02:00", "rotation_policy_id": nil},
	},
	{
		"token in the middle of a rotation", api.KindScopedTokens, "quickconnect_scoped_token.x",
		func(h byHand) string {
			connector, policyID := h.makeToken(map[string]any{"rotation_policy_id": true})
			h.p.As(api.RoleOperator).Step("x", api.StepBegin, api.StepRequest{})
			return tokenBlock(connector, fmt.Sprintf("rotation_policy_id = %q", policyID))
		},
		map[string]any{"version": 2.0},
	},
	{
		"endpoint with nothing", api.KindWebhookEndpoints, "quickconnect_webhook_endpoint.x",
		func(h byHand) string {
			connector, _, _ := h.makeEndpoint(nil)
			return fmt.Sprintf(`resource "quickconnect_webhook_endpoint" "x" {
  name         = "x"
  connector_id = %q
  url          = "https://hooks.example.com/x?y=z"
}`, connector)
		},
		map[string]any{"url": "https://hooks.example.com/x?y=z", "event_types": nil, "enabled": true, "description": nil, "labels": nil},
	},
	{
		"endpoint with everything", api.KindWebhookEndpoints, "quickconnect_webhook_endpoint.x",
		func(h byHand) string {
			connector, _, _ := h.makeEndpoint(map[string]any{
				"url": "https://HOOKS.example.com:443/x", "event_types": []string{"message.failed", "message.delivered"}, "enabled": false,
				"description": "", "labels": map[string]string{"team": "orders"},
			})
			return fmt.Sprintf(`resource "quickconnect_webhook_endpoint" "x" {
  name         = "x"
  connector_id = %q
  url          = "https://HOOKS.example.com:443/x"
  event_types  = ["message.delivered", "message.failed"]
  enabled      = false
  description  = ""
  labels       = { team = "orders" }
}`, connector)
		},
		map[string]any{"url": "https://HOOKS.example.com:443/x", "enabled": false, "description": ""},
	},
	{
		"signing secret with nothing", api.KindSigningSecrets, "quickconnect_webhook_signing_secret.x",
		func(h byHand) string {
			endpoint, policyID := h.makeSecret(nil)
			return secretBlock(endpoint, policyID, "")
		},
		map[string]any{
			"version": 1.0, "algorithm": "hmac-sha256", "secret_digest": nil, "public_keys": nil, "secret_wo": nil, "secret_wo_version": nil,
			"rotate_when_changed": nil, "minimum_version": nil, "deletion_protection": false,
		},
	},
	{
		"signing secret with everything", api.KindSigningSecrets, "quickconnect_webhook_signing_secret.x",
		func(h byHand) string {
			endpoint, policyID := h.makeSecret(map[string]any{
				"algorithm": "ed25519", "rotate_when_changed": map[string]string{"incident": "7"}, "minimum_version": 4, "deletion_protection": true, "description": "Signs",
			})
			return secretBlock(endpoint, policyID, `
  algorithm           = "ed25519"
  rotate_when_changed = { incident = "7" }
  minimum_version     = 4
  deletion_protection = true
  description         = "Signs"`)
		},
		map[string]any{"version": 4.0, "minimum_version": 4.0, "algorithm": "ed25519", "deletion_protection": true, "secret_digest": nil},
	},
	{
		"supplied signing secret", api.KindSigningSecrets, "quickconnect_webhook_signing_secret.x",
		func(h byHand) string {
			endpoint, policyID := h.makeSecret(map[string]any{"secret": whsec("a")})
			return secretBlock(endpoint, policyID, fmt.Sprintf("secret_wo = %q", whsec("a")))
		},
		map[string]any{"version": 1.0, "secret_wo": nil},
	},
	{
		"supplied signing secret whose value is not configured", api.KindSigningSecrets, "quickconnect_webhook_signing_secret.x",
		func(h byHand) string {
			endpoint, policyID := h.makeSecret(map[string]any{"secret": whsec("a")})
			return secretBlock(endpoint, policyID, "")
		},
		map[string]any{"version": 1.0},
	},
	{
		"supplied signing secret with its number", api.KindSigningSecrets, "quickconnect_webhook_signing_secret.x",
		func(h byHand) string {
			endpoint, policyID := h.makeSecret(map[string]any{"secret": whsec("a"), "secret_wo_version": 3})
			return secretBlock(endpoint, policyID, fmt.Sprintf("secret_wo = %q\nsecret_wo_version = 3", whsec("b")))
		},
		map[string]any{"version": 1.0, "secret_wo_version": 3.0},
	},
	{
		"signing secret in the middle of a rotation", api.KindSigningSecrets, "quickconnect_webhook_signing_secret.x",
		func(h byHand) string {
			endpoint, policyID := h.makeSecret(nil)
			h.p.As(api.RoleOperator).Verb(api.KindSigningSecrets, "x", "rotation/begin", nil).Want(http.StatusOK)
			return secretBlock(endpoint, policyID, "")
		},
		map[string]any{"version": 2.0},
	},
}

// An import takes the name or the id and no secret, and where the configuration says what the platform has, the next plan is empty.
func TestImport(t *testing.T) {
	t.Parallel()
	for _, c := range importCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			tf.Config(c.create(byHand{t, p}))
			var object api.Object
			if !p.As(api.RoleAuditor).Find(c.kind, "x", &object) {
				t.Fatal("the object of the test is not there")
			}
			for _, by := range []string{"x", object.ID} {
				tf.Import(c.address, by)
				state := tf.State(c.address)
				if state["id"] != object.ID || state["created_at"] != object.CreatedAt.Format(time.RFC3339) {
					t.Errorf("imported by %s: id %v, created at %v, want %s, %s", by, state["id"], state["created_at"], object.ID, object.CreatedAt)
				}
				for name, want := range c.state {
					if !sameJSON(t, state[name], want) {
						t.Errorf("imported by %s: %s is %v, want %v", by, name, state[name], want)
					}
				}
				tf.Plan(0)
				tf.Apply()
				tf.Run("state", "rm", c.address).Want(0)
			}
			var after api.Object
			if p.As(api.RoleAuditor).Find(c.kind, "x", &after); after.Etag != object.Etag {
				t.Errorf("importing changed the object: etag %s, was %s", after.Etag, object.Etag)
			}
		})
	}
}

// Null and empty are told apart in both directions.
func TestImportTellsNullFromEmpty(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	connector, policyID := byHand{t, p}.makeToken(map[string]any{"rotation_policy_id": true, "description": "", "labels": map[string]string{}})
	tf.Config(tokenBlock(connector, fmt.Sprintf("rotation_policy_id = %q", policyID)))
	tf.Import("quickconnect_scoped_token.x", "x")
	tf.Plan(2).Has("- labels", "- description").HasNot("version")
	tf.Apply()
	if object := p.As(api.RoleAuditor).ScopedToken("x"); object.Description != nil || object.Labels != nil {
		t.Errorf("the platform has description %v and labels %v, want null", object.Description, object.Labels)
	}
	tf.Plan(0).Silent()
}

// The block form plans the import, and changes nothing in the same apply if there is nothing to change.
func TestImportBlock(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	connector, policyID := byHand{t, p}.makeToken(map[string]any{"rotation_policy_id": true})
	tf.Config(tokenBlock(connector, fmt.Sprintf("rotation_policy_id = %q", policyID)) + `
import {
  to = quickconnect_scoped_token.x
  id = "x"
}
`)
	tf.Plan(2).Has("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.").HasNot("Warning:")
	tf.Apply()
	tf.Plan(0).Silent()
}

// What is due when it is imported is planned with the import, and one apply does both.
func TestImportOfATokenThatIsDue(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	connector, policyID := byHand{t, p}.makeToken(map[string]any{"rotation_policy_id": true})
	p.Clock.Advance(30 * day)
	tf.Config(tokenBlock(connector, fmt.Sprintf("rotation_policy_id = %q", policyID)) + `
import {
  to = quickconnect_scoped_token.x
  id = "x"
}
`)
	tf.SavePlan("import.tfplan").Has("Plan: 1 to import, 0 to add, 1 to change, 0 to destroy.", `"stable" -> "staged"`, "~ version = 1 -> 2")
	tf.ApplyPlan("import.tfplan")
	if r := p.As(api.RoleAuditor).ScopedToken("x").Rotation; r.Phase != api.PhaseStaged || r.NextVersion != 3 {
		t.Errorf("the platform has %+v, want phase staged with version 2 pending", r)
	}
	tf.Plan(0)
}

func TestImportOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	byHand{t, p}.make(api.KindConnectors, map[string]any{"name": "other", "owner": "team", "type": "slack"})
	tf.Config(policy("") + notifier("") + hooks("https://hooks.example.com", ""))
	for address, prefix := range map[string]string{
		"quickconnect_rotation_policy.monthly": "pol_", "quickconnect_connector.slack": "con_", token: "tok_", theEndpoint: "wep_", theSigning: "sec_",
	} {
		for _, id := range []string{"nowhere", prefix + "01KQHPHXG00YAJDTX1KCFJMM9Z"} {
			tf.Run("import", address, id).Want(1).Has("Error: ", id, "has no such object in the tenant and environment")
		}
		for _, id := range []string{"Not A Name", "tik_01KQHPHXG00YAJDTX1KCFJMM9Z"} {
			tf.Run("import", address, id).Want(1).Has("Error: Neither a name nor an id", prefix)
		}
	}
	if n := len(tf.Objects()); n != 0 {
		t.Errorf("the state has %d objects after imports that failed", n)
	}
}
