package acctest_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	theConnector = "quickconnect_connector.slack"
	thePolicy    = "quickconnect_rotation_policy.monthly"
	theSink      = "sink_secret.notifier"
)

// drifting is a configuration in which everything that somebody could change outside says something.
func drifting(s *acctest.Sink) string {
	return `
resource "quickconnect_rotation_policy" "monthly" {
  name         = "monthly"
  description  = "How old a token may get."
  labels       = { stage = "test" }
  interval     = "30d"
  overlap      = "12h"
  max_age      = "60d"
  quiet_period = "1h"
}

resource "quickconnect_connector" "slack" {
  name               = "slack"
  description        = "The workspace of the company."
  labels             = { stage = "test" }
  owner              = "messaging@example.com"
  type               = "slack"
  settings           = { team_id = "T0123ABCD" }
  allowed_scopes     = ["messages:send", "messages:read"]
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
  credentials_wo     = { bot_token = "xoxb-of-the-configuration" }
}

resource "quickconnect_scoped_token" "notifier" {
  name                = "notifier"
  description         = "Sends the alerts."
  labels              = { stage = "test" }
  owner               = "team-notifier"
  connector_id        = quickconnect_connector.slack.id
  scopes              = ["messages:send"]
  rotation_policy_id  = quickconnect_rotation_policy.monthly.id
  rotate_when_changed = { incident = "none" }
}
` + handover(s)
}

// outside is a change that somebody makes by hand.
type outside struct {
	kind, name, address string
	patch               map[string]any
}

func ofToken(patch map[string]any) outside {
	return outside{api.KindScopedTokens, "notifier", token, patch}
}

func ofConnector(patch map[string]any) outside {
	return outside{api.KindConnectors, "slack", theConnector, patch}
}

func ofPolicy(patch map[string]any) outside {
	return outside{api.KindRotationPolicies, "monthly", thePolicy, patch}
}

// Whatever is changed outside, the next plan shows exactly that, one apply puts it right in place, and nothing else is touched:
// no version moves, nothing is delivered again.
func TestDriftIsPutRightInPlace(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	by := p.As(api.RoleDeployer)
	tf.Config(drifting(s))
	tf.Apply()
	tf.Plan(0).Silent()
	before := objects(by)
	for _, changes := range [][]outside{
		{ofToken(map[string]any{"scopes": []string{"messages:send", "messages:read"}}), ofConnector(map[string]any{"allowed_scopes": nil}), ofPolicy(map[string]any{"interval": "15d"})},
		{ofToken(map[string]any{"scopes": []string{"messages:read"}}), ofConnector(map[string]any{"allowed_scopes": []string{"messages:send", "messages:read", "files:*"}}), ofPolicy(map[string]any{"overlap": "30d"})},
		{ofToken(map[string]any{"description": "Somebody else's."}), ofConnector(map[string]any{"description": nil}), ofPolicy(map[string]any{"description": ""})},
		{ofToken(map[string]any{"labels": nil}), ofConnector(map[string]any{"labels": map[string]string{"stage": "live"}}), ofPolicy(map[string]any{"labels": map[string]string{}})},
		{ofToken(map[string]any{"owner": "somebody-else"}), ofConnector(map[string]any{"owner": "else@example.com"}), ofPolicy(map[string]any{"max_age": nil})},
		{ofToken(map[string]any{"name": "renamed"}), ofConnector(map[string]any{"name": "renamed"}), ofPolicy(map[string]any{"name": "renamed"})},
		{ofToken(map[string]any{"allowed_cidrs": []string{"192.0.2.0/24"}}), ofConnector(map[string]any{"settings": map[string]string{"team_id": "T9"}}), ofPolicy(map[string]any{"require_acknowledgement": false})},
		{ofToken(map[string]any{"deletion_protection": true}), ofConnector(map[string]any{"enabled": false}), ofPolicy(map[string]any{"quiet_period": nil, "max_stage": "1d", "on_stage_timeout": "promote"})},
		{ofToken(map[string]any{"rotation_policy_id": nil, "expires_at": "2027-01-01T00:00:00Z"}), ofConnector(map[string]any{"rotation_policy_id": nil})},
		{ofToken(map[string]any{"rotate_when_changed": map[string]string{"incident": "none", "other": "x"}, "minimum_version": 1}), ofConnector(map[string]any{"credentials_wo_version": 7})},
	} {
		for _, c := range changes {
			by.Patch(c.kind, c.name, c.patch).Want(200)
		}
		tf.SavePlan("right.tfplan")
		planned := tf.Changes("right.tfplan")
		for _, c := range changes {
			change := planned[c.address]
			if want := slices.Sorted(maps.Keys(c.patch)); change.Action() != "update" || !slices.Equal(changed(change), want) {
				t.Errorf("%s: the plan is to %s, changing %v; want an update of %v", c.address, change.Action(), changed(change), want)
			}
			// Of a connector the apply decides whether its credentials are sent: write-only values may differ between plan and apply.
			if open := unknown(change); c.address != theConnector && len(open) > 0 {
				t.Errorf("%s: the plan leaves %v open, though nothing of it is to change", c.address, open)
			}
			delete(planned, c.address)
		}
		for address, change := range planned {
			if change.Action() != "no-op" {
				t.Errorf("%s: the plan is to %s what nobody has changed", address, change.Action())
			}
		}
		tf.ApplyPlan("right.tfplan")
		tf.Plan(0).Silent()
		if diff := cmp.Diff(before, objects(by)); diff != "" {
			t.Fatalf("the platform is not as it was (-before +after), after %+v:\n%s", changes, diff)
		}
	}
	if n := len(s.All()); n != 1 {
		t.Errorf("the sink was given %d values, want the first one only", n)
	}
}

// A disabled connector's tokens are inactive; the apply that enables it again is the cure.
func TestDisabledConnectorIsEnabled(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	s := acctest.NewSink(t)
	by := p.As(api.RoleDeployer)
	tf.Config(policy("") + notifier("") + handover(s))
	tf.Apply()
	_, value := s.Last()
	by.Patch(api.KindConnectors, "slack", map[string]any{"enabled": false}).Want(200)
	if by.Introspect(value).Active {
		t.Error("the token of a disabled connector is accepted")
	}
	tf.Plan(2).Has(theConnector+" will be updated in-place", "~ enabled = false -> true").HasNot(token + " will be")
	tf.Apply()
	tf.Plan(0).Silent()
	if !by.Introspect(value).Active {
		t.Error("the token is not accepted again")
	}
}

// A connector's credentials that somebody replaced or revoked are the configuration's again after one apply. Its tokens do not notice.
func TestCredentialsDriftIsPutRightInPlace(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		happens func(*acctest.Platform)
		says    string
		version int64
	}{
		"replaced": {func(p *acctest.Platform) { someoneSets(p, "xoxb-theirs") }, "were changed on the platform since the last apply", 3},
		"revoked": {func(p *acctest.Platform) {
			p.As(api.RoleSecurity).Verb(api.KindConnectors, "slack", "revoke", everyVersion).Want(200)
		}, "were revoked on the platform", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			s := acctest.NewSink(t)
			tf.Config(drifting(s))
			tf.Apply()
			tc.happens(p)
			tf.Plan(2).Has(theConnector+" will be updated in-place", "Plan: 0 to add, 1 to change, 0 to destroy.", "Warning:", tc.says)
			tf.Apply()
			wantCredentials(t, p, tc.version, "xoxb-of-the-configuration")
			tf.Plan(0).Silent()
			if c := p.As(api.RoleAuditor).Connector("slack"); c.CredentialsStatus != api.CredentialsCurrent {
				t.Errorf("the credentials are %s", c.CredentialsStatus)
			}
			wantDelivered(t, p, s, 1, 1)
		})
	}
}

// objects returns everything there is on the platform, without the counters of changes.
func objects(by *acctest.Caller) map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for _, kind := range []string{api.KindConnectors, api.KindScopedTokens, api.KindRotationPolicies} {
		var page api.Page[map[string]any]
		by.Do("GET", "/v1/"+kind, nil).Want(200).Decode(&page)
		for _, o := range page.Items {
			delete(o, "etag")
		}
		all[kind] = page.Items
	}
	return all
}

// changed lists the attributes that a plan changes to something known.
func changed(c acctest.Change) []string {
	var names []string
	for name, after := range c.Change.After {
		if !cmp.Equal(c.Change.Before[name], after) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// unknown lists the attributes that a plan leaves open, as a whole or in part.
func unknown(c acctest.Change) []string {
	var open func(v any) bool
	open = func(v any) bool {
		switch v := v.(type) {
		case bool:
			return v
		case map[string]any:
			return slices.ContainsFunc(slices.Collect(maps.Values(v)), open)
		case []any:
			return slices.ContainsFunc(v, open)
		}
		return false
	}
	var names []string
	for name, v := range c.Change.AfterUnknown {
		if open(v) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
