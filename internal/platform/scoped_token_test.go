package platform_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestScopedTokenLifeCycle(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	created := w.do("POST", pathTokens, tokenBody("notifier", c.ID, object{
		"description": "d", "labels": object{}, "allowed_cidrs": []string{"192.0.2.0/24"},
		"rotate_when_changed": object{"k": "v"}, "minimum_version": 1,
	})).want(201)
	token := decoded[api.ScopedToken](created)
	if created.header.Get("Location") != pathTokens+"/"+token.ID || created.header.Get("ETag") != `"1"` {
		t.Errorf("headers: %v", created.header)
	}
	read := w.do("GET", pathTokens+"/"+token.ID, nil).want(200)
	if diff := cmp.Diff(token, decoded[api.ScopedToken](read)); diff != "" || read.header.Get("ETag") != `"1"` {
		t.Errorf("the response differs from a read:\n%s", diff)
	}
	if *token.ExpiresAt != "2030-01-01T00:00:00Z" || token.Labels == nil || token.RotationPolicyID != nil ||
		token.LastUsedAt != nil {
		t.Errorf("%+v", token)
	}
	found := decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens+"?name=notifier", nil).want(200))
	if len(found.Items) != 1 || cmp.Diff(token, found.Items[0]) != "" {
		t.Errorf("by name: %+v", found)
	}
	if none := decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens+"?name=other",
		nil).want(200)); none.Items == nil || len(none.Items) != 0 {
		t.Errorf("by another name: %+v", none)
	}
}

func TestScopedTokenRefused(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", object{"allowed_scopes": []string{"messages:*"}})
	w.newToken("taken", c.ID, nil)
	for name, x := range map[string]struct {
		change object
		code   string
		field  string
	}{
		"taken":           {object{"name": "taken"}, api.CodeNameTaken, "/name"},
		"no scopes":       {object{"scopes": []string{}}, api.CodeInvalid, "/scopes"},
		"scopes missing":  {object{"scopes": nil}, api.CodeInvalid, "/scopes"},
		"malformed scope": {object{"scopes": []string{"messages:send", "a b"}}, api.CodeInvalid, "/scopes/1"},
		"a scope that the connector does not allow": {
			object{"scopes": []string{"messages:send", "users:read"}},
			api.CodeInvalid, "/scopes/1",
		},
		"no connector":              {object{"connector_id": "con_x"}, api.CodeInvalid, "/connector_id"},
		"neither policy nor expiry": {object{"expires_at": nil}, api.CodeInvalid, "/rotation_policy_id"},
		"no such policy":            {object{"rotation_policy_id": "pol_x"}, api.CodeInvalid, "/rotation_policy_id"},
		"expiry in the past":        {object{"expires_at": "2026-05-01T12:00:00Z"}, api.CodeInvalid, "/expires_at"},
		"not a date":                {object{"expires_at": "tomorrow"}, api.CodeInvalid, "/expires_at"},
		"not a range":               {object{"allowed_cidrs": []string{"192.0.2.1"}}, api.CodeInvalid, "/allowed_cidrs/0"},
		"minimum below one":         {object{"minimum_version": 0}, api.CodeInvalid, "/minimum_version"},
		"minimum out of bounds":     {object{"minimum_version": int64(1) << 60}, api.CodeInvalid, "/minimum_version"},
		"bad trigger": {
			object{"rotate_when_changed": object{"": "v"}},
			api.CodeInvalid,
			"/rotate_when_changed",
		},
		"a string": {object{"scopes": "messages:send"}, api.CodeInvalid, "/scopes"},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t).do("POST", pathTokens, tokenBody("notifier", c.ID, x.change)).problem(x.code, x.field)
		})
	}
}

func TestScopedTokenPatchRefused(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", object{"allowed_scopes": []string{"messages:*"}})
	w.newToken("taken", c.ID, nil)
	token := w.newToken("notifier", c.ID, nil)
	for name, x := range map[string]struct {
		change object
		code   string
		field  string
	}{
		"taken":       {object{"name": "taken"}, api.CodeNameTaken, "/name"},
		"scopes null": {object{"scopes": nil}, api.CodeInvalid, "/scopes"},
		"a scope that the connector does not allow": {object{"scopes": []string{"users:read"}}, api.CodeInvalid, "/scopes/0"},
		"connector_id never changes":                {object{"connector_id": c.ID}, api.CodeInvalid, "/connector_id"},
		"neither policy nor expiry":                 {object{"expires_at": nil}, api.CodeInvalid, "/rotation_policy_id"},
		"expiry in the past": {
			object{"expires_at": "2020-01-01T00:00:00Z"},
			api.CodeInvalid,
			"/expires_at",
		},
		"minimum over next": {object{"minimum_version": 3}, api.CodeInvalid, "/minimum_version"},
		"minimum and more": {
			object{"minimum_version": 3, "description": "not stored"},
			api.CodeInvalid, "/minimum_version",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t).do("PATCH", pathTokens+"/"+token.ID, x.change).problem(x.code, x.field)
			if diff := cmp.Diff(token, w.token(token.ID)); diff != "" {
				t.Errorf("a refused patch changed something:\n%s", diff)
			}
		})
	}
}

func TestExpiryAndReissue(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"expires_at": "2026-05-01T13:00:00+00:00"})
	value := w.reveal(token.ID, 1)
	if got := w.introspect(api.RoleAuditor, value); got.ExpiresAt != epoch.Add(time.Hour).Unix() {
		t.Errorf("exp %d", got.ExpiresAt)
	}
	w.clock.Advance(time.Hour)
	if w.introspect(api.RoleAuditor, value).Active {
		t.Error("the token is accepted at its end")
	}
	expired := w.token(token.ID)
	if r := expired.Rotation; r.Phase != api.PhaseRevoked || r.Due != api.DueNone || r.Reason != api.ReasonExpired ||
		expired.Version != 1 || r.CurrentVersion != nil {
		t.Errorf("expired: %+v", expired)
	}
	w.step(token.ID, api.StepReissue, nil).problem(api.CodeConflict, "")
	w.do("POST", revealPath(token.ID, 1), nil).problem(api.CodeConflict, "")
	// The same time again changes nothing, and is no error.
	w.patchToken(token.ID, object{"expires_at": "2026-05-01T13:00:00Z"})
	moved := w.patchToken(token.ID, object{"expires_at": "2026-06-01T00:00:00Z"})
	if r := moved.Rotation; r.Phase != api.PhaseRevoked || r.Due != api.StepReissue || r.Reason != api.ReasonRevoked {
		t.Errorf("moved: %+v", moved)
	}
	reissued := decoded[api.ScopedToken](w.step(token.ID, api.StepReissue, nil).want(200))
	if reissued.Version != 2 || reissued.Rotation.Phase != api.PhaseStable {
		t.Errorf("reissued: %+v", reissued)
	}
	w.accepted(map[int64]string{1: value, 2: w.reveal(token.ID, 2)}, 2)
	states := w.versions(token.ID)
	if states[0].State != "revoked" || states[0].EndReason != "expired" || states[0].EndedBy != "platform" ||
		!states[0].EndedAt.Equal(epoch.Add(time.Hour)) {
		t.Errorf("versions: %+v", states)
	}
}
