package platform_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func (w *world) connector(id string) api.Connector {
	w.t.Helper()
	return decoded[api.Connector](w.do("GET", pathConnectors+"/"+id, nil).want(200))
}

func (w *world) patchConnector(id string, body any) api.Connector {
	w.t.Helper()
	return decoded[api.Connector](w.do("PATCH", pathConnectors+"/"+id, body).want(200))
}

func TestConnectorCredentials(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("quarterly", object{"interval": "90d", "max_age": "120d"})
	c := w.newConnector("chat", object{"rotation_policy_id": policy.ID})
	if c.CredentialsStatus != api.CredentialsMissing || c.Version != nil || c.CredentialsDigest != nil ||
		c.CredentialsSetAt != nil || c.CredentialsDueAt != nil {
		t.Errorf("without credentials: %+v", c)
	}

	c = w.patchConnector(c.ID, object{
		"credentials":            object{"bot_token": "one", "app": "two"},
		"credentials_wo_version": 7,
	})
	if c.CredentialsStatus != api.CredentialsCurrent || *c.Version != 1 || *c.CredentialsWOVersion != 7 ||
		!c.CredentialsSetAt.Equal(epoch) ||
		!c.CredentialsDueAt.Equal(epoch.Add(90*24*time.Hour)) {
		t.Errorf("with credentials: %+v", c)
	}
	if want := w.digest(c.ID, map[string]string{"app": "two", "bot_token": "one"}); *c.CredentialsDigest != want {
		t.Errorf("digest %s, want %s", *c.CredentialsDigest, want)
	}

	same := w.patchConnector(c.ID, object{"credentials": object{"app": "two", "bot_token": "one"}})
	if diff := cmp.Diff(c, same); diff != "" {
		t.Errorf("the same credentials again:\n%s", diff)
	}
	w.clock.Advance(91 * 24 * time.Hour)
	due := w.connector(c.ID)
	w.clock.Advance(30 * 24 * time.Hour)
	overdue := w.connector(c.ID).CredentialsStatus
	if due.CredentialsStatus != api.CredentialsDue || due.Etag != c.Etag || overdue != api.CredentialsOverdue {
		t.Errorf("after 91 days %s, etag %s, after 121 days %s", due.CredentialsStatus, due.Etag, overdue)
	}
	renewed := w.patchConnector(c.ID, object{"credentials": object{"bot_token": "three"}})
	if renewed.CredentialsStatus != api.CredentialsCurrent || *renewed.Version != 2 ||
		*renewed.CredentialsDigest == *c.CredentialsDigest || *renewed.CredentialsWOVersion != 7 {
		t.Errorf("renewed: %+v", renewed)
	}

	versions := w.versions(c.ID)
	if len(versions) != 2 || versions[0].State != "retired" || versions[1].State != "current" {
		t.Errorf("versions: %+v", versions)
	}
	revoked := decoded[api.Connector](w.do("POST", pathConnectors+"/"+c.ID+"/revoke",
		object{"all": true, "reason": "leaked", "hold": true}).want(200))
	if revoked.CredentialsStatus != api.CredentialsRevoked || revoked.CredentialsDigest != nil || *revoked.Version != 2 ||
		revoked.Hold == nil {
		t.Errorf("revoked: %+v", revoked)
	}
	w.do("PATCH", pathConnectors+"/"+c.ID, object{"credentials": object{"bot_token": "four"}}).problem(api.CodeHeld, "")
	w.lifecycle(c.ID, "release", because)
	back := w.patchConnector(c.ID, object{"credentials": object{"bot_token": "four"}})
	if back.CredentialsStatus != api.CredentialsCurrent || *back.Version != 3 {
		t.Errorf("after the revocation: %+v", back)
	}
	want := []string{"create", "replace", "update", "replace", "update", "revoke", "hold", "release", "replace", "update"}
	if diff := cmp.Diff(want, w.actions(c.ID)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

// digest computes the digest as the provider does.
func (w *world) digest(id string, credentials map[string]string) string {
	w.t.Helper()
	all := decoded[api.Identity](w.do("GET", "/v1/identity", nil).want(200)).ComparisonKeys
	k := all[len(all)-1]
	key, err := base64.StdEncoding.DecodeString(k.Key.Expose())
	if err != nil || len(key) != 32 {
		w.t.Fatalf("a comparison key of %d bytes: %v", len(key), err)
	}
	d, err := api.Digest(k.Number, key, api.KindConnectors, id, credentials)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func TestConnectorNumbersContinue(t *testing.T) {
	w := newWorld(t)
	a := w.newConnector("chat", object{"credentials": object{"k": "a1"}})
	w.patchConnector(a.ID, object{"credentials": object{"k": "a2"}})
	w.do("DELETE", pathConnectors+"/"+a.ID, nil).want(204)
	b := w.newConnector("chat", object{"credentials": object{"k": "b"}})
	if *b.Version != 3 {
		t.Errorf("recreated: version %d, want 3", *b.Version)
	}
}

func TestConnectorMergePatch(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	c := w.newConnector("mail", object{
		"type": "smtp", "settings": object{"host": "mail.example.com", "port": "25"}, "labels": object{"a": "1"},
		"description":    "old",
		"allowed_scopes": []string{"mail:*"}, "rotation_policy_id": policy.ID, "credentials_wo_version": 1,
	})
	w.do("GET", pathConnectors+"/"+c.ID, nil).want(200)

	// An absent member does not change. A map or a list is replaced as a whole.
	got := w.patchConnector(c.ID, object{"settings": object{"host": "mail.example.org"}, "labels": object{"b": "2"}})
	want := c
	want.Settings, want.Labels, want.Etag = map[string]string{"host": "mail.example.org"}, map[string]string{"b": "2"}, "2"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Empty and null are different.
	got = w.patchConnector(c.ID, object{"labels": object{}, "description": "", "allowed_scopes": []string{}})
	if got.Labels == nil || len(got.Labels) != 0 || got.Description == nil || *got.Description != "" ||
		got.AllowedScopes == nil || len(got.AllowedScopes) != 0 {
		t.Errorf("empty: %+v", got)
	}
	got = w.patchConnector(c.ID, object{
		"labels": nil, "description": nil, "allowed_scopes": nil,
		"rotation_policy_id": nil, "credentials_wo_version": nil,
	})
	if got.Labels != nil || got.Description != nil || got.AllowedScopes != nil || got.RotationPolicyID != nil ||
		got.CredentialsWOVersion != nil {
		t.Errorf("null: %+v", got)
	}
	if diff := cmp.Diff(got, w.connector(c.ID)); diff != "" {
		t.Errorf("the response differs from a read:\n%s", diff)
	}
	// A patch without effect does not change the etag.
	if again := w.patchConnector(c.ID, object{"labels": nil, "owner": c.Owner}); again.Etag != got.Etag {
		t.Errorf("etag %s, want %s", again.Etag, got.Etag)
	}
	for _, member := range []string{"name", "owner", "type", "enabled"} {
		w.do("PATCH", pathConnectors+"/"+c.ID, object{member: nil}).problem(api.CodeInvalid, "/"+member)
	}
	w.do("PATCH", pathConnectors+"/"+c.ID, object{"credentials_wo_version": 0}).
		problem(api.CodeInvalid, "/credentials_wo_version")
	// host is required
	w.do("PATCH", pathConnectors+"/"+c.ID, object{"settings": nil}).problem(api.CodeInvalid, "/settings")
	w.do("PATCH", pathConnectors+"/"+c.ID, object{"credentials": object{}}).problem(api.CodeInvalid, "/credentials")
}

// Another type is another service: the settings must be its own, and it has no use for the credentials.
func TestConnectorTypeChangesInPlace(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("mail", object{
		"type": "smtp", "settings": object{"host": "mail.example.com"},
		"credentials": object{"username": "u", "password": "one"},
	})
	patch := func(body object) *reply { return w.do("PATCH", pathConnectors+"/"+c.ID, body) }
	patch(object{"type": "slack"}).problem(api.CodeInvalid, "/settings/host")
	patch(object{"type": "fax"}).problem(api.CodeInvalid, "/type")
	// The same credentials are checked for the new type.
	same := object{"username": "u", "password": "one"}
	patch(object{"type": "slack", "settings": nil, "credentials": same}).problem(api.CodeInvalid, "/credentials")
	w.lifecycle(c.ID, "hold", because)
	patch(object{"type": "custom"}).problem(api.CodeHeld, "")
	w.lifecycle(c.ID, "release", because)
	if now := w.connector(c.ID); now.Type != "smtp" || *now.Version != 1 {
		t.Errorf("refused, and yet %+v", now)
	}

	got := w.patchConnector(c.ID, object{"type": "custom"})
	if got.Type != "custom" || got.CredentialsStatus != api.CredentialsMissing || got.CredentialsDigest != nil ||
		*got.Version != 1 || got.CredentialsSetAt != nil {
		t.Errorf("without new credentials: %+v", got)
	}
	if diff := cmp.Diff(got, w.connector(c.ID)); diff != "" {
		t.Errorf("the response differs from a read:\n%s", diff)
	}
	versions := w.versions(c.ID)
	if len(versions) != 1 || versions[0].State != "retired" || versions[0].EndReason != "type_changed" {
		t.Errorf("versions: %+v", versions)
	}

	slack := object{"type": "slack", "settings": nil, "credentials": object{"bot_token": "xoxb-1-2-three"}}
	got = w.patchConnector(c.ID, slack)
	if got.CredentialsStatus != api.CredentialsCurrent || *got.Version != 2 {
		t.Errorf("with new credentials: %+v", got)
	}
	w.do("POST", pathConnectors+"/"+c.ID+"/revoke", object{"all": true, "reason": "leaked"}).want(200)
	if got = w.patchConnector(c.ID, object{"type": "discord"}); got.CredentialsStatus != api.CredentialsRevoked {
		t.Errorf("revoked ones: %+v", got)
	}
}

func TestConnectorRefused(t *testing.T) {
	w := newWorld(t)
	w.newConnector("taken", nil)
	for name, c := range map[string]struct {
		change object
		code   string
		field  string
	}{
		"no name":   {object{"name": nil}, api.CodeInvalid, "/name"},
		"bad name":  {object{"name": "Chat!"}, api.CodeInvalid, "/name"},
		"taken":     {object{"name": "taken"}, api.CodeNameTaken, "/name"},
		"bad owner": {object{"owner": "a@b@c"}, api.CodeInvalid, "/owner"},
		"bad type":  {object{"type": "fax"}, api.CodeInvalid, "/type"},
		"unknown setting": {
			object{"type": "smtp", "settings": object{"host": "h", "password": "p"}},
			api.CodeInvalid,
			"/settings/password",
		},
		"bad setting": {
			object{"type": "smtp", "settings": object{"host": "h", "port": "0"}},
			api.CodeInvalid,
			"/settings/port",
		},
		"missing setting":    {object{"type": "smtp"}, api.CodeInvalid, "/settings"},
		"bad label":          {object{"labels": object{" ": "v"}}, api.CodeInvalid, "/labels"},
		"bad scope":          {object{"allowed_scopes": []string{"ok", "Not OK"}}, api.CodeInvalid, "/allowed_scopes/1"},
		"scope twice":        {object{"allowed_scopes": []string{"a", "b", "a"}}, api.CodeInvalid, "/allowed_scopes/2"},
		"no such policy":     {object{"rotation_policy_id": "pol_x"}, api.CodeInvalid, "/rotation_policy_id"},
		"empty credentials":  {object{"credentials": object{}}, api.CodeInvalid, "/credentials"},
		"empty value":        {object{"credentials": object{"k": ""}}, api.CodeInvalid, "/credentials"},
		"unknown credential": {object{"type": "slack", "credentials": object{"k": "v"}}, api.CodeInvalid, "/credentials"},
		"bad credential": {
			object{"type": "slack", "credentials": object{"bot_token": "v"}}, api.CodeInvalid, "/credentials/bot_token",
		},
		"a number":           {object{"credentials": object{"k": 1}}, api.CodeInvalid, "/credentials/k"},
		"null in a map":      {object{"labels": object{"k": nil}}, api.CodeInvalid, "/labels/k"},
		"long description":   {object{"description": strings.Repeat("x", 1025)}, api.CodeInvalid, "/description"},
		"a read-only member": {object{"etag": "1"}, api.CodeInvalid, "/etag"},
		"wrong case":         {object{"Enabled": true}, api.CodeInvalid, "/Enabled"},
		"a fraction":         {object{"credentials_wo_version": 1.5}, api.CodeInvalid, "/credentials_wo_version"},
		"a number below 1":   {object{"credentials_wo_version": 0}, api.CodeInvalid, "/credentials_wo_version"},
		"a negative number":  {object{"credentials_wo_version": -1}, api.CodeInvalid, "/credentials_wo_version"},
		"a number too large": {object{"credentials_wo_version": 1e30}, api.CodeInvalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			body := object{"name": "chat", "owner": "o", "type": "custom"}
			for k, v := range c.change {
				body[k] = v
				if v == nil {
					delete(body, k)
				}
			}
			w.in(t).do("POST", pathConnectors, body).problem(c.code, c.field)
		})
	}
	if p := w.do("POST", pathConnectors, object{
		"name": "taken", "owner": "o",
		"type": "custom",
	}).problem(api.CodeNameTaken, "/name"); !strings.Contains(p.Detail, "con_") {
		t.Errorf("the problem does not name the connector: %s", p.Detail)
	}
	if n := len(decoded[api.Page[api.Connector]](w.do("GET", pathConnectors, nil)).Items); n != 1 {
		t.Errorf("%d connectors", n)
	}
}

func TestObjectInUseIsNotDeleted(t *testing.T) {
	w := newWorld(t)
	policy := w.newPolicy("monthly", nil)
	c := w.newConnector("chat", object{"rotation_policy_id": policy.ID})
	token := w.newToken("notifier", c.ID, object{"rotation_policy_id": policy.ID, "deletion_protection": true})
	w.newToken("second", c.ID, nil)

	if p := w.do("DELETE", pathConnectors+"/"+c.ID, nil).problem(api.CodeConflict, ""); !strings.Contains(p.Detail,
		"2 scoped tokens") {
		t.Errorf("%s", p.Detail)
	}
	if p := w.do("DELETE", pathPolicies+"/"+policy.ID, nil).problem(api.CodeConflict, ""); !strings.Contains(p.Detail,
		"1 connector and 1 scoped token") {
		t.Errorf("%s", p.Detail)
	}
	w.do("DELETE", pathTokens+"/"+token.ID, nil).problem(api.CodeConflict, "")
	value := w.reveal(token.ID, 1)
	w.patchToken(token.ID, object{"deletion_protection": false})
	w.do("DELETE", pathTokens+"/"+token.ID, nil, ifMatch("1")).problem(api.CodePreconditionFailed, "")
	w.do("DELETE", pathTokens+"/"+token.ID, nil, ifMatch("2")).want(204)
	w.do("DELETE", pathTokens+"/"+token.ID, nil).problem(api.CodeNotFound, "")
	if w.introspect(api.RoleRuntime, value).Active {
		t.Error("the value of a deleted token is accepted")
	}
}

// A renamed connector continues the numbers of its new name.
func TestRenamedConnectorContinuesNumbers(t *testing.T) {
	w := newWorld(t)
	first := w.newConnector("chat", object{"credentials": object{"k": "1"}})
	w.patchConnector(first.ID, object{"credentials": object{"k": "2"}})
	w.do("DELETE", pathConnectors+"/"+first.ID, nil).want(204)
	c := w.newConnector("mail", object{"credentials": object{"k": "a"}})
	w.patchConnector(c.ID, object{"name": "chat"})
	if c = w.patchConnector(c.ID, object{"credentials": object{"k": "b"}}); *c.Version != 3 {
		t.Errorf("the version is %d, want 3: chat had two", *c.Version)
	}
}
