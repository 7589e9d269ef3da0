package platform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestScopedTokenLifeCycle(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	created := w.do("POST", pathTokens, tokenBody("notifier", c.ID, object{
		"description": "d", "labels": object{}, "allowed_cidrs": []string{"192.0.2.0/24"}, "rotate_when_changed": object{"k": "v"}, "minimum_version": 1,
	})).want(201)
	token := decoded[api.ScopedToken](created)
	if created.header.Get("Location") != pathTokens+"/"+token.ID || created.header.Get("ETag") != `"1"` {
		t.Errorf("headers: %v", created.header)
	}
	read := w.do("GET", pathTokens+"/"+token.ID, nil).want(200)
	if diff := cmp.Diff(token, decoded[api.ScopedToken](read)); diff != "" || read.header.Get("ETag") != `"1"` {
		t.Errorf("what was answered is not what is read:\n%s", diff)
	}
	if *token.ExpiresAt != "2030-01-01T00:00:00Z" || token.Labels == nil || token.RotationPolicyID != nil || token.LastUsedAt != nil {
		t.Errorf("%+v", token)
	}
	found := decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens+"?name=notifier", nil).want(200))
	if len(found.Items) != 1 || cmp.Diff(token, found.Items[0]) != "" {
		t.Errorf("by name: %+v", found)
	}
	if none := decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens+"?name=other", nil).want(200)); none.Items == nil || len(none.Items) != 0 {
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
		"taken":                     {object{"name": "taken"}, api.CodeNameTaken, "/name"},
		"no scopes":                 {object{"scopes": []string{}}, api.CodeInvalid, "/scopes"},
		"scopes missing":            {object{"scopes": nil}, api.CodeInvalid, "/scopes"},
		"malformed scope":           {object{"scopes": []string{"messages:send", "a b"}}, api.CodeInvalid, "/scopes/1"},
		"a scope beyond":            {object{"scopes": []string{"messages:send", "users:read"}}, api.CodeInvalid, "/scopes/1"},
		"no connector":              {object{"connector_id": "con_x"}, api.CodeInvalid, "/connector_id"},
		"neither policy nor expiry": {object{"expires_at": nil}, api.CodeInvalid, "/rotation_policy_id"},
		"no such policy":            {object{"rotation_policy_id": "pol_x"}, api.CodeInvalid, "/rotation_policy_id"},
		"an end in the past":        {object{"expires_at": "2026-05-01T12:00:00Z"}, api.CodeInvalid, "/expires_at"},
		"not a date":                {object{"expires_at": "tomorrow"}, api.CodeInvalid, "/expires_at"},
		"not a range":               {object{"allowed_cidrs": []string{"192.0.2.1"}}, api.CodeInvalid, "/allowed_cidrs/0"},
		"minimum below one":         {object{"minimum_version": 0}, api.CodeInvalid, "/minimum_version"},
		"minimum out of bounds":     {object{"minimum_version": int64(1) << 60}, api.CodeInvalid, "/minimum_version"},
		"bad trigger":               {object{"rotate_when_changed": object{"": "v"}}, api.CodeInvalid, "/rotate_when_changed"},
		"a string":                  {object{"scopes": "messages:send"}, api.CodeInvalid, "/scopes"},
	} {
		t.Run(name, func(t *testing.T) {
			w.in(t).do("POST", pathTokens, tokenBody("notifier", c.ID, x.change)).problem(x.code, x.field)
		})
	}
	token := w.newToken("notifier", c.ID, nil)
	for name, x := range map[string]struct {
		change object
		code   string
		field  string
	}{
		"taken":                     {object{"name": "taken"}, api.CodeNameTaken, "/name"},
		"scopes null":               {object{"scopes": nil}, api.CodeInvalid, "/scopes"},
		"a scope beyond":            {object{"scopes": []string{"users:read"}}, api.CodeInvalid, "/scopes/0"},
		"connector_id is for ever":  {object{"connector_id": c.ID}, api.CodeInvalid, "/connector_id"},
		"neither policy nor expiry": {object{"expires_at": nil}, api.CodeInvalid, "/rotation_policy_id"},
		"an end in the past":        {object{"expires_at": "2020-01-01T00:00:00Z"}, api.CodeInvalid, "/expires_at"},
		"minimum over next":         {object{"minimum_version": 3}, api.CodeInvalid, "/minimum_version"},
		"minimum and more":          {object{"minimum_version": 3, "description": "not stored"}, api.CodeInvalid, "/minimum_version"},
	} {
		t.Run("patch "+name, func(t *testing.T) {
			w.in(t).do("PATCH", pathTokens+"/"+token.ID, x.change).problem(x.code, x.field)
			if diff := cmp.Diff(token, w.token(token.ID)); diff != "" {
				t.Errorf("a refused patch changed something:\n%s", diff)
			}
		})
	}
}

func TestNumbersContinueUnderAName(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	a := w.newToken("a", c.ID, nil)
	w.step(a.ID, api.StepBegin, nil).want(200)
	w.step(a.ID, api.StepCancel, nil).want(200) // 2 is gone, but not free
	w.do("DELETE", pathTokens+"/"+a.ID, nil).want(204)

	again := w.newToken("a", c.ID, nil)
	if again.Version != 3 || again.ID == a.ID {
		t.Errorf("recreated: version %d, want 3", again.Version)
	}
	w.do("DELETE", pathTokens+"/"+again.ID, nil).want(204)
	if high := w.newToken("a", c.ID, object{"minimum_version": 10}); high.Version != 10 || high.Rotation.NextVersion != 11 {
		t.Errorf("with a minimum: %+v", high)
	}
	if low := w.newToken("b", c.ID, object{"minimum_version": 5}); low.Version != 5 {
		t.Errorf("a new name with a minimum: version %d, want 5", low.Version)
	}
	fresh := w.newToken("fresh", c.ID, nil)
	if fresh.Version != 1 {
		t.Errorf("a new name: version %d", fresh.Version)
	}
	// "b" has had 5; a token renamed to it goes on from there, and leaves its own numbers behind.
	w.do("DELETE", pathTokens+"/"+decoded[api.Page[api.ScopedToken]](w.do("GET", pathTokens+"?name=b", nil)).Items[0].ID, nil).want(204)
	renamed := w.patch(fresh.ID, object{"name": "b"})
	if renamed.Version != 1 || renamed.Rotation.NextVersion != 6 {
		t.Errorf("renamed: %+v", renamed)
	}
	if got := decoded[api.ScopedToken](w.step(fresh.ID, api.StepBegin, nil).want(200)); got.Version != 6 {
		t.Errorf("begun after the rename: version %d, want 6", got.Version)
	}
	if other := w.newToken("fresh", c.ID, nil); other.Version != 2 {
		t.Errorf("under the name that was left: version %d, want 2", other.Version)
	}
}

func TestMinimumVersion(t *testing.T) {
	cases := map[string]struct {
		prepare func(w *world, id string)
		minimum int64
		valid   []int64
		phase   string
		version int64
	}{
		"stable, next":        {func(*world, string) {}, 2, []int64{2}, api.PhaseStable, 2},
		"stable, nothing":     {func(*world, string) {}, 1, []int64{1}, api.PhaseStable, 1},
		"staged, pending":     {(*world).begun, 2, []int64{2}, api.PhaseStable, 2},
		"staged, next":        {(*world).begun, 3, []int64{3}, api.PhaseStable, 3},
		"staged, nothing":     {(*world).begun, 1, []int64{1, 2}, api.PhaseStaged, 2},
		"draining, current":   {(*world).drained, 2, []int64{2}, api.PhaseStable, 2},
		"draining, next":      {(*world).drained, 3, []int64{3}, api.PhaseStable, 3},
		"rolled back":         {(*world).rolledBack, 2, []int64{2}, api.PhaseStable, 2},
		"revoked":             {(*world).revoked, 2, nil, api.PhaseRevoked, 1},
		"a gap, the next one": {(*world).gapped, 3, []int64{3}, api.PhaseStable, 3},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
			c.prepare(w, token.ID)
			values := map[int64]string{}
			for _, v := range w.versions(token.ID) {
				if v.EndedAt == nil {
					values[v.Version] = w.reveal(token.ID, v.Version)
				}
			}
			got := w.patch(token.ID, object{"minimum_version": c.minimum})
			if got.Rotation.Phase != c.phase || got.Version != c.version || *got.MinimumVersion != c.minimum {
				t.Errorf("%+v", got)
			}
			if len(c.valid) == 1 && c.valid[0] == got.Version {
				values[got.Version] = w.reveal(token.ID, got.Version)
			}
			w.accepted(values, c.valid...)
			if lower := w.patch(token.ID, object{"minimum_version": 1}); lower.Version != c.version || lower.Rotation.Phase != c.phase {
				t.Errorf("lowering it did something: %+v", lower)
			}
		})
	}
}

func (w *world) begun(id string) { w.step(id, api.StepBegin, nil).want(200) }

func (w *world) drained(id string) {
	w.begun(id)
	w.step(id, api.StepPromote, object{"force": true, "reason": "test"}).want(200)
}

func (w *world) rolledBack(id string) {
	w.drained(id)
	w.step(id, api.StepRollback, nil).want(200)
	w.do("POST", pathTokens+"/"+id+"/release", because).want(200)
}

func (w *world) revoked(id string) {
	w.do("POST", pathTokens+"/"+id+"/revoke", object{"all": true, "reason": "test"}).want(200)
}

func (w *world) gapped(id string) {
	w.begun(id)
	w.step(id, api.StepCancel, nil).want(200)
	w.do("POST", pathTokens+"/"+id+"/release", because).want(200)
}

func TestMinimumVersionOnHold(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.do("POST", pathTokens+"/"+token.ID+"/hold", because).want(200)
	w.do("PATCH", pathTokens+"/"+token.ID, object{"minimum_version": 2}).problem(api.CodeHeld, "")
	if got := w.patch(token.ID, object{"minimum_version": 1, "owner": "new"}); got.Owner != "new" || got.Version != 1 {
		t.Errorf("%+v", got)
	}
}

func TestExpiryAndRevival(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"expires_at": "2026-05-01T13:00:00+00:00"})
	value := w.reveal(token.ID, 1)
	if got := w.introspect(api.RoleAuditor, value); got.ExpiresAt != epoch.Add(time.Hour).Unix() {
		t.Errorf("exp %d", got.ExpiresAt)
	}
	w.clock.Advance(time.Hour)
	if w.introspect(api.RoleAuditor, value).Active {
		t.Error("accepted at its end")
	}
	expired := w.token(token.ID)
	if r := expired.Rotation; r.Phase != api.PhaseRevoked || r.Due != api.DueNone || r.Reason != api.ReasonExpired || expired.Version != 1 || r.CurrentVersion != nil {
		t.Errorf("expired: %+v", expired)
	}
	w.step(token.ID, api.StepReissue, nil).problem(api.CodeConflict, "")
	w.do("POST", revealPath(token.ID, 1), nil).problem(api.CodeConflict, "")
	// The same instant again is no revival, and no error.
	w.patch(token.ID, object{"expires_at": "2026-05-01T13:00:00Z"})
	moved := w.patch(token.ID, object{"expires_at": "2026-06-01T00:00:00Z"})
	if r := moved.Rotation; r.Phase != api.PhaseRevoked || r.Due != api.StepReissue || r.Reason != api.ReasonRevoked {
		t.Errorf("moved: %+v", moved)
	}
	reissued := decoded[api.ScopedToken](w.step(token.ID, api.StepReissue, nil).want(200))
	if reissued.Version != 2 || reissued.Rotation.Phase != api.PhaseStable {
		t.Errorf("reissued: %+v", reissued)
	}
	w.accepted(map[int64]string{1: value, 2: w.reveal(token.ID, 2)}, 2)
	states := w.versions(token.ID)
	if states[0].State != "revoked" || states[0].EndReason != "expired" || states[0].EndedBy != "platform" || !states[0].EndedAt.Equal(epoch.Add(time.Hour)) {
		t.Errorf("versions: %+v", states)
	}
}

func TestRotationRequest(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.begun(token.ID)
	asked := w.patch(token.ID, object{"rotation_requested": true, "rotate_when_changed": object{"commit": "1"}})
	if !asked.RotationRequested || asked.Rotation.Due != api.DueNone {
		t.Errorf("asked while staged: %+v", asked)
	}
	if again := w.patch(token.ID, object{"rotation_requested": true}); again.Etag != asked.Etag {
		t.Error("asking twice is a second change")
	}
	if no := w.patch(token.ID, object{"rotation_requested": false}); !no.RotationRequested || no.Etag != asked.Etag {
		t.Error("false took the request back")
	}
	w.step(token.ID, api.StepPromote, object{"force": true, "reason": "test"}).want(200)
	w.clock.Advance(24 * time.Hour)
	due := w.token(token.ID)
	if !due.RotationRequested || due.Rotation.Due != api.StepBegin || due.Rotation.Reason != api.ReasonRequested {
		t.Errorf("the version that was pending already answered the request: %+v", due)
	}
	w.begun(token.ID)
	w.step(token.ID, api.StepPromote, object{"force": true, "reason": "test"}).want(200)
	w.clock.Advance(24 * time.Hour)
	if done := w.token(token.ID); done.RotationRequested || done.Rotation.Due != api.DueNone {
		t.Errorf("the request is still open: %+v", done)
	}
}

func TestRevoke(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	w.begun(token.ID)
	values := map[int64]string{1: w.reveal(token.ID, 1), 2: w.reveal(token.ID, 2)}
	path := pathTokens + "/" + token.ID + "/revoke"
	below := decoded[api.ScopedToken](w.as(api.RoleSecurity, "POST", path, object{"below": 2, "reason": "leaked"}).want(200))
	if below.Rotation.Phase != api.PhaseStable || below.Version != 2 {
		t.Errorf("%+v", below)
	}
	w.accepted(values, 2)
	none := decoded[api.ScopedToken](w.as(api.RoleSecurity, "POST", path, object{"below": 2, "reason": "leaked"}).want(200))
	if none.Etag != below.Etag {
		t.Error("revoking nothing moved the etag")
	}
	all := decoded[api.ScopedToken](w.as(api.RoleSecurity, "POST", path, object{"all": true, "hold": true, "reason": "leaked"}).want(200))
	if all.Rotation.Phase != api.PhaseRevoked || all.Version != 2 || all.Rotation.Reason != api.ReasonHeld {
		t.Errorf("%+v", all)
	}
	w.accepted(values)
	w.step(token.ID, api.StepReissue, nil).problem(api.CodeHeld, "")
	w.as(api.RoleSecurity, "POST", pathTokens+"/"+token.ID+"/release", because).want(200)
	if got := w.token(token.ID).Rotation; got.Due != api.StepReissue || got.Reason != api.ReasonRevoked {
		t.Errorf("%+v", got)
	}
}

func TestReveal(t *testing.T) {
	w := newWorld(t)
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, nil)
	got := w.do("POST", revealPath(token.ID, 1), nil, key("k")).want(200)
	if got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", got.header)
	}
	value := decoded[revealed](got)
	if value.Version != 1 || !strings.HasPrefix(value.Value, "qct_") || value.ExpiresAt == nil || value.ExpiresAt.Year() != 2030 {
		t.Errorf("version %d, ends %v", value.Version, value.ExpiresAt)
	}
	if again := w.reveal(token.ID, 1); again != value.Value {
		t.Error("revealing twice gives two values")
	}
	w.do("POST", revealPath(token.ID, 2), nil).problem(api.CodeNotFound, "")
	w.do("POST", revealPath(token.ID, 1)+"x", nil).problem(api.CodeNoSuchRoute, "")
	w.do("POST", strings.Replace(revealPath(token.ID, 1), "/1/", "/one/", 1), nil).problem(api.CodeInvalid, "")
	w.begun(token.ID)
	w.patch(token.ID, object{"minimum_version": 2})
	if p := w.do("POST", revealPath(token.ID, 1), nil).problem(api.CodeConflict, ""); !strings.Contains(p.Detail, "version 2") {
		t.Errorf("does not say which to reveal: %s", p.Detail)
	}
	reveals := 0
	for _, e := range w.audit() {
		if e.Action == "reveal" {
			reveals++
			if e.ObjectID != token.ID || e.Detail["versions"] != "1" || e.RequestID == "" || !strings.HasPrefix(e.Actor, "prn_") {
				t.Errorf("%+v", e)
			}
		}
	}
	if reveals != 2 {
		t.Errorf("%d reveals in the audit, want the 2 that gave a value", reveals)
	}
	if got := w.token(token.ID).Etag; got != "3" {
		t.Errorf("etag %s: a reveal is no change", got)
	}
}
