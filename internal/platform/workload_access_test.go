package platform_test

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/accesstokens"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// workloadToken returns an access token of an identity, as an exchange makes it, that may do what its role may, or only
// what is listed. It lives for 15 minutes.
func (w *world) workloadToken(id string, permissions ...string) (value, access string) {
	w.t.Helper()
	runner, err := txn.Open(w.t.Context(), w.store, w.keyring, w.clock, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	var made secret.Value
	err = runner.Update(w.t.Context(), txn.Caller{Actor: id}, func(tx *txn.Tx) error {
		scope, err := tx.WorkloadIdentityScope(w.t.Context(), id)
		if err != nil {
			return err
		}
		tx = tx.As(tx.In(scope))
		identity, err := tx.WorkloadIdentity(w.t.Context(), scope, id)
		if err != nil {
			return err
		}
		if permissions == nil {
			permissions = api.PermissionsOf(identity.Role)
		}
		t, value, err := accesstokens.Issue(w.t.Context(), tx, accesstokens.Grant{
			Kind: api.KindWorkloadIdentities, ParentID: id, Scopes: permissions, TTL: api.DefaultAccessTokenTTL, OpenedBy: id,
		})
		if err == nil {
			made, access = value, t.ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Expose(), access
}

// workload returns an identity of a role with an access token.
func (w *world) workload(role string, permissions ...string) (value string, identity api.WorkloadIdentity) {
	w.t.Helper()
	by := api.RoleDeployer
	if !api.MayGrant(by, role) {
		by = api.RoleSecurity
	}
	*w.created++
	body := identityBody("pipeline-"+itoa(int64(*w.created)), object{"role": role})
	identity = decoded[api.WorkloadIdentity](w.as(by, "POST", pathIdentities, body).want(201))
	value, _ = w.workloadToken(identity.ID, permissions...)
	return value, identity
}

func (w *world) refusesWorkload(what, value string, says ...string) {
	w.t.Helper()
	p := w.send(value, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "")
	for _, s := range says {
		if !strings.Contains(p.Detail, s) {
			w.t.Errorf("%s: %q is not in: %s", what, s, p.Detail)
		}
	}
}

// TestWorkloadIsACaller: an access token of an identity may do what the role of the identity may, and not more.
func TestWorkloadIsACaller(t *testing.T) {
	for _, role := range api.Roles() {
		t.Run(role, func(t *testing.T) {
			w := newWorld(t)
			value, identity := w.workload(role)
			end := epoch.Add(15 * time.Minute)
			for range 2 { // the second one is answered from memory
				me := w.me(value)
				if me.PrincipalID != identity.ID || me.Name != identity.Name || me.Role != role || me.Environment != "staging" ||
					me.Tenant != "acme" || me.ExpiresAt == nil || !me.ExpiresAt.Equal(end) {
					t.Errorf("%+v", me)
				}
				if diff := cmp.Diff(api.PermissionsOf(role), me.Permissions); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			ids := w.objects()
			for _, r := range routes {
				if r.open(mays[role]) || strings.HasSuffix(r.path, "/revoke") && r.permission == "" {
					continue
				}
				w.send(value, r.method, objectOf(r.path, ids), r.body).problem(api.CodeForbidden, "")
			}
		})
	}
}

// TestNarrowedWorkload: a token that was made for less may do only that, whatever else the role may.
func TestNarrowedWorkload(t *testing.T) {
	w := newWorld(t)
	value, _ := w.workload(api.RoleDeployer, api.PermissionRead, api.PermissionGrant, api.PermissionManagePrincipals)
	want := []string{api.PermissionRead, api.PermissionGrant}
	if got := w.me(value); !slices.Equal(got.Permissions, want) || len(got.ComparisonKeys) != 0 {
		t.Errorf("%v, %d comparison keys", got.Permissions, len(got.ComparisonKeys))
	}
	p := w.send(value, "POST", pathConnectors, object{"name": "new", "owner": "o", "type": "custom"}).problem(
		api.CodeForbidden, "")
	if !strings.Contains(p.Detail, "narrowed to read, grant") || !strings.Contains(p.Detail, "exchange again") {
		t.Error(p.Detail)
	}
	w.send(value, "GET", pathConnectors, nil).want(200)
	p = w.send(value, "POST", pathIdentities, identityBody("wider", object{"role": api.RoleDeployer})).problem(
		api.CodeForbidden, "/role")
	if !strings.Contains(p.Detail, "exchange again without a scope") {
		t.Error(p.Detail)
	}
	none, _ := w.workload(api.RoleDeployer, []string{}...)
	if got := w.me(none).Permissions; len(got) != 0 {
		t.Errorf("made for nothing: %v", got)
	}
}

// TestWhatEndsAWorkload: whatever ends or narrows an identity or its access token counts in the next request.
func TestWhatEndsAWorkload(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(w *world, i api.WorkloadIdentity, value, access string)
		says string
	}{
		"the identity is deleted": {func(w *world, i api.WorkloadIdentity, _, _ string) {
			w.do("DELETE", pathIdentities+"/"+i.ID, nil).want(204)
		}, "was deleted"},
		"other addresses": {func(w *world, i api.WorkloadIdentity, _, _ string) {
			w.do("PATCH", pathIdentities+"/"+i.ID, object{"allowed_cidrs": []string{"198.51.100.0/24"}}).want(200)
		}, "which is 127.0.0.1"},
		"it is revoked by its id": {func(w *world, _ api.WorkloadIdentity, _, access string) {
			w.as(api.RoleSecurity, "POST", pathAccess+"/"+access+"/revoke", nil).want(200)
		}, "revoked"},
		"it is revoked by its value": {func(w *world, _ api.WorkloadIdentity, value, access string) {
			want := api.Revocation{Revoked: true, Kind: api.KindAccessTokens, ID: access}
			if got := w.revokeValue(w.tokens[api.RoleSecurity], value); got != want {
				w.t.Errorf("%+v", got)
			}
		}, "revoked"},
		"it revokes itself": {func(w *world, _ api.WorkloadIdentity, value, access string) {
			want := api.Revocation{Revoked: true, Kind: api.KindAccessTokens, ID: access}
			if got := w.revokeValue(value, value); got != want {
				w.t.Errorf("%+v", got)
			}
		}, "revoked"},
		"its time is over": {func(w *world, _ api.WorkloadIdentity, _, _ string) {
			w.clock.Advance(15 * time.Minute)
		}, "expired"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, identity := w.workload(api.RoleAuditor)
			value, access := w.workloadToken(identity.ID)
			for range 2 { // the second one is answered from memory
				w.me(value)
			}
			c.end(w, identity, value, access)
			w.refusesWorkload(name, value, c.says)
			w.send(value, "POST", "/v1/revoke", url.Values{"token": {value}}).problem(api.CodeUnauthenticated, "")
			w.restart()
			w.refusesWorkload(name, value, c.says)
		})
	}
}

// TestRoleOfAWorkloadCountsNow: it is that of the identity, and what the token was made without stays away.
func TestRoleOfAWorkloadCountsNow(t *testing.T) {
	w := newWorld(t)
	value, identity := w.workload(api.RoleDeployer)
	connector := object{"name": "new", "owner": "o", "type": "custom"}
	w.send(value, "POST", pathConnectors, connector).want(201)
	w.do("PATCH", pathIdentities+"/"+identity.ID, object{"role": api.RolePlanner}).want(200)
	p := w.send(value, "POST", pathConnectors, connector).problem(api.CodeForbidden, "")
	if !strings.Contains(p.Detail, api.RolePlanner) {
		t.Error(p.Detail)
	}
	if me := w.me(value); me.Role != api.RolePlanner || !slices.Equal(me.Permissions, api.PermissionsOf(api.RolePlanner)) {
		t.Errorf("%+v", me)
	}
	narrow, _ := w.workloadToken(identity.ID)
	w.do("PATCH", pathIdentities+"/"+identity.ID, object{"role": api.RoleDeployer}).want(200)
	w.send(narrow, "POST", pathConnectors, connector).problem(api.CodeForbidden, "")
	if got := w.me(narrow).Permissions; !slices.Equal(got, api.PermissionsOf(api.RolePlanner)) {
		t.Errorf("a token has more than it was made with: %v", got)
	}
}

// TestRefusedAccessTokensLookAlike: what is not known, what is for something else, and what comes from another address.
func TestRefusedAccessTokensLookAlike(t *testing.T) {
	w := newWorld(t)
	far, identity := w.workload(api.RoleAuditor)
	w.do("PATCH", pathIdentities+"/"+identity.ID, object{"allowed_cidrs": []string{}}).want(200)
	scoped := w.exchanged(w.reveal(w.newToken("notifier", w.newConnector("chat", nil).ID, nil).ID, 1)).AccessToken
	unknown, _ := w.workload(api.RoleAuditor)
	w.tamper(`DELETE FROM access_tokens WHERE parent_kind = 'workload-identities' AND parent_id <> ?`, identity.ID)
	var texts []string
	for _, value := range []string{far, scoped, unknown} {
		texts = append(texts, w.send(value, "GET", "/v1/identity", nil).problem(api.CodeUnauthenticated, "").Detail)
	}
	if texts = slices.Compact(texts); len(texts) != 1 {
		t.Errorf("refusals differ: %q", texts)
	}
	w.do("PATCH", pathIdentities+"/"+identity.ID, object{"allowed_cidrs": []string{"127.0.0.0/8"}}).want(200)
	w.me(far)
}

// TestWorkloadIsForTheAPIAlone: nothing else accepts its access token, and nothing makes another one of it.
func TestWorkloadIsForTheAPIAlone(t *testing.T) {
	w := newWorld(t)
	value, identity := w.workload(api.RoleRuntime)
	wantInactive(t, "introspected", w.introspect(api.RoleRuntime, value))
	wantInactive(t, "by itself", decoded[api.Introspection](
		w.send(value, "POST", "/v1/introspect", url.Values{"token": {value}}).want(200)))
	w.exchanges(value).problem(api.CodeInvalidGrant, "")
	c := w.newConnector("chat", object{"credentials": object{"token": "secret-1"}})
	w.send(value, "GET", credentialsOf(c.ID), nil, asConsumer("mail")).problem(api.CodeUnauthenticated, "")
	got := w.identify(w.tokens[api.RoleAuditor], value)
	if got.Kind != api.KindAccessTokens || got.ParentID != identity.ID || got.State != api.PrincipalActive ||
		got.Name != identity.Name || got.Owner != identity.Owner {
		t.Errorf("%+v", got)
	}
	w.extends(api.RoleDeployer, got.ID, "1h").problem(api.CodeForbidden, "")
	deployer, _ := w.workload(api.RoleDeployer)
	id := w.identify(w.tokens[api.RoleAuditor], deployer).ID
	w.send(deployer, "POST", pathAccess+"/"+id+"/extend", object{"ttl": "1h"}).problem(api.CodeConflict, "")
	w.do("DELETE", pathIdentities+"/"+identity.ID, nil).want(204)
	if got := w.identify(w.tokens[api.RoleAuditor], value); got.Found {
		t.Errorf("deleted: %+v", got)
	}
	for name, foreign := range w.foreign {
		if got := w.revokeValue(foreign, deployer); got.Revoked || got.Reason != api.RevocationUnknown {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestWorkloadRowsAreBound: neither the access token nor the identity counts once its row was changed in the database.
func TestWorkloadRowsAreBound(t *testing.T) {
	for name, change := range map[string]string{
		"a later end":              `UPDATE access_tokens SET expires_at = expires_at + 1`,
		"an end":                   `UPDATE access_tokens SET ended_at = 1`,
		"more permissions":         `UPDATE access_tokens SET scopes = '["read","write"]'`,
		"another parent":           `UPDATE access_tokens SET parent_id = 'wid_x'`,
		"another role":             `UPDATE workload_identities SET role = 'deployer'`,
		"any address":              `UPDATE workload_identities SET allowed_cidrs = NULL`,
		"another issuer":           `UPDATE workload_identities SET issuer = 'https://issuer.example.com'`,
		"another preset":           `UPDATE workload_identities SET preset = 'custom'`,
		"another audience":         `UPDATE workload_identities SET audience = 'x'`,
		"another claim":            `UPDATE workload_identities SET claims = '{"repository_id":"3"}'`,
		"a longer life":            `UPDATE workload_identities SET max_ttl = '1h'`,
		"other keys":               `UPDATE workload_identities SET jwks = '{}'`,
		"no hash of the identity":  `UPDATE workload_identities SET mac = NULL`,
		"another environment":      `UPDATE access_tokens SET environment = 'production'`,
		"the hash of another role": `UPDATE workload_identities SET mac = (SELECT mac FROM access_tokens)`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.newIdentity("pipeline", object{"allowed_cidrs": []string{"127.0.0.0/8"}}).ID
			value, _ := w.workloadToken(id)
			w.me(value)
			w.tamper(change)
			w.send(value, "GET", "/v1/identity", nil).problem(api.CodeInternal, "")
			if log := w.log.String(); !strings.Contains(log, "was changed outside of the platform") {
				t.Errorf("the log does not say so: %s", log)
			}
		})
	}
}

// TestLastUseOfAWorkload: it is written once a minute, and outside of the request.
func TestLastUseOfAWorkload(t *testing.T) {
	w := newWorld(t)
	value, identity := w.workload(api.RoleAuditor)
	for _, c := range []struct{ after, want time.Duration }{
		{0, 0}, {59 * time.Second, 0}, {time.Second, time.Minute}, {5 * time.Minute, 6 * time.Minute},
	} {
		w.clock.Advance(c.after)
		w.me(value)
		if err := w.p.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := decoded[api.WorkloadIdentity](w.do("GET", pathIdentities+"/"+identity.ID, nil).want(200))
		if got.LastUsedAt == nil || got.LastUsedAt.Sub(epoch) != c.want || got.Etag != identity.Etag {
			t.Errorf("%s later: %v, etag %s", c.after, got.LastUsedAt, got.Etag)
		}
	}
}

// TestWorkloadAfterALookupKeyRotation: an access token is found by each lookup key in use.
func TestWorkloadAfterALookupKeyRotation(t *testing.T) {
	w := newWorld(t)
	before, identity := w.workload(api.RoleAuditor)
	if _, err := w.keysBeside().RotateLookup(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, _ := w.workloadToken(identity.ID)
	w.me(before)
	w.me(after)
	w.restart()
	w.me(before)
	w.me(after)
}

// TestNextTokenGetsTheStoredAnswer: the records of a workload are those of its identity, not of one access token.
func TestNextTokenGetsTheStoredAnswer(t *testing.T) {
	w := newWorld(t)
	first, identity := w.workload(api.RoleDeployer)
	body := object{"name": "made-once", "owner": "o", "type": "custom"}
	made := decoded[api.Connector](w.send(first, "POST", pathConnectors, body, key("k")).want(201))
	w.clock.Advance(15 * time.Minute)
	w.refusesWorkload("expired", first, "expired")
	next, _ := w.workloadToken(identity.ID)
	again := decoded[api.Connector](w.send(next, "POST", pathConnectors, body, key("k")).want(201))
	if again.ID != made.ID || w.count(pathConnectors) != 1 {
		t.Errorf("%s, then %s", made.ID, again.ID)
	}
	_, other := w.workload(api.RoleDeployer)
	foreign, _ := w.workloadToken(other.ID)
	w.send(foreign, "POST", pathConnectors, body, key("k")).problem(api.CodeNameTaken, "/name")
	for _, e := range w.audited(made.ID, "create") {
		if e.Actor != identity.ID {
			t.Errorf("the audit names %s", e.Actor)
		}
	}
}

// TestNextTokenAdopts: what an interrupted run of a workload has made is adopted with the next access token of the same
// identity, and with that of no other one.
func TestNextTokenAdopts(t *testing.T) {
	w := newWorld(t)
	first, identity := w.workload(api.RoleDeployer)
	body := object{"name": "half-made", "owner": "o", "type": "custom"}
	id, _ := w.instanceOf(first).makes(api.Connectors, body)
	w.clock.Advance(15 * time.Minute) // the lease of the run and the access token are over
	stranger, _ := w.workload(api.RoleDeployer)
	w.instanceOf(stranger).taken(api.Connectors, body, api.TakenOtherPrincipal)
	next, _ := w.workloadToken(identity.ID)
	w.instanceOf(next).adopts(api.Connectors, body, id)
}

// count returns how many objects a list has.
func (w *world) count(path string) int {
	w.t.Helper()
	return len(decoded[api.Page[object]](w.do("GET", path, nil).want(200)).Items)
}

// TestIdentitiesKeepTheRules: an identity needs the labels and the owner that the environment asks for, like every
// other object, and one that does not have them is found by a check of the rules.
func TestIdentitiesKeepTheRules(t *testing.T) {
	w := newWorld(t)
	old := w.newIdentity("old", nil)
	rules := object{"require_labels": []string{"cost"}, "owner_pattern": "team-[a-z]+"}
	w.govern(rules)
	labelled := object{"labels": object{"cost": "1"}}
	w.do("POST", pathIdentities, identityBody("bad", nil)).refusedBy(api.RuleRequireLabels, "/labels")
	w.do("POST", pathIdentities, identityBody("bad", object{"labels": object{"cost": "1"}, "owner": "bob"})).
		refusedBy(api.RuleOwnerPattern, "/owner")
	good := w.newIdentity("good", labelled)
	w.do("PATCH", pathIdentities+"/"+good.ID, object{"labels": nil}).refusedBy(api.RuleRequireLabels, "/labels")
	w.do("PATCH", pathIdentities+"/"+old.ID, object{"description": "still usable"}).want(200)
	found := decoded[api.GuardrailCheck](w.do("POST", "/v1/environment-policy/check", rules).want(200))
	if found.Count != 1 || found.Violations[0].ID != old.ID {
		t.Errorf("a check of the rules finds %+v", found)
	}
}
