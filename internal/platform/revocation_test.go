package platform_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// revokeValue sends a value to /v1/revoke and returns what the platform did.
func (w *world) revokeValue(token, value string) api.Revocation {
	w.t.Helper()
	return decoded[api.Revocation](w.send(token, "POST", "/v1/revoke", url.Values{"token": {value}}).want(200))
}

// TestWhiteSpaceAroundAValue: a value from a file that ends in a line break is the value.
func TestWhiteSpaceAroundAValue(t *testing.T) {
	w := newWorld(t)
	connector := w.newConnector("chat", nil).ID
	for i, around := range [][2]string{{"", "\n"}, {"", "\r\n"}, {" \t", "\n\n"}, {"\u00a0", " "}} {
		value := w.reveal(w.newToken("notifier-"+itoa(int64(i)), connector, nil).ID, 1)
		written := around[0] + value + around[1]
		if !w.introspect(api.RoleRuntime, written).Active {
			t.Errorf("%q: not active", around)
		}
		if got := w.revokeValue(w.tokens[api.RoleSecurity], written); !got.Revoked {
			t.Errorf("%q: %+v", around, got)
		}
		if w.introspect(api.RoleRuntime, value).Active {
			t.Errorf("%q: active after the revocation", around)
		}
	}
	w.as(api.RoleRuntime, "POST", "/v1/introspect", url.Values{"token": {" \n"}}).problem(api.CodeInvalid, "/token")
}

// TestRevocationSaysWhatItDid: what did nothing does not look like what did something.
func TestRevocationSaysWhatItDid(t *testing.T) {
	w := newWorld(t)
	security := w.tokens[api.RoleSecurity]
	policy := w.newPolicy("monthly", object{"require_acknowledgement": false, "overlap": "0s"})
	token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
	first := w.reveal(token.ID, 1)
	w.step(token.ID, api.StepRotate, nil).want(200)
	second := w.reveal(token.ID, 2)
	ended := api.Revocation{Reason: api.RevocationAlreadyEnded}
	unknown := api.Revocation{Reason: api.RevocationUnknown}
	for name, c := range map[string]struct {
		value string
		want  api.Revocation
	}{
		"rotated away":     {first, ended},
		"no token":         {"x", unknown},
		"a wrong checksum": {second[:len(second)-1] + flip(second[len(second)-1]), unknown},
	} {
		if got := w.revokeValue(security, c.value); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, foreign := range w.foreign {
		if got := w.revokeValue(foreign, second); got != unknown {
			t.Errorf("%s: %+v", name, got)
		}
	}
	etag := w.token(token.ID).Etag
	if got := w.revokeValue(security, second); !got.Revoked || got.ID != token.ID || got.Version != 2 {
		t.Errorf("the valid one: %+v", got)
	}
	if got := w.revokeValue(security, second); got != ended || w.token(token.ID).Etag == etag {
		t.Errorf("once more: %+v", got)
	}
	w.do("DELETE", pathTokens+"/"+token.ID, nil).want(204)
	if got := w.revokeValue(security, second); got != unknown {
		t.Errorf("of a deleted token: %+v", got)
	}
}

// TestRevokeRefusesSigningSecrets: the route cannot end them, and says which can.
func TestRevokeRefusesSigningSecrets(t *testing.T) {
	w := newWorld(t)
	for _, value := range []string{"whsec_CANARYCANARYCANARYCANARYCANARY", "whsk_CANARY", "whpk_CANARY\n"} {
		form := url.Values{"token": {value}}
		p := w.as(api.RoleSecurity, "POST", "/v1/revoke", form).problem(api.CodeUnsupportedToken, "/token")
		if p.Status != 400 || !strings.Contains(p.Detail, "/v1/signing-secrets/{id}/revoke") ||
			strings.Contains(p.Detail, "CANARY") {
			t.Errorf("%+v", p)
		}
		w.as(api.RoleAuditor, "POST", "/v1/revoke", form).problem(api.CodeForbidden, "")
		w.send("", "POST", "/v1/revoke", form).problem(api.CodeUnauthenticated, "")
	}
}

// TestRevokedWhileDraining goes through what may become of a version that is current only until its overlap ends. No
// step extends that.
func TestRevokedWhileDraining(t *testing.T) {
	after := func(d time.Duration) *time.Time { at := epoch.Add(d); return &at }
	for name, c := range map[string]struct {
		policy object
		act    func(w *world, id string)
		valid  []int64 // once the overlap of version 1 has ended
		phase  string
		ends   map[int64]*time.Time // when versions end, before that
		reason string               // why version 1 ended
	}{
		"no rotation begins": {
			nil, func(*world, string) {}, nil, api.PhaseRevoked,
			map[int64]*time.Time{1: after(time.Hour)},
			"overlap_ended",
		},
		"begun": {
			nil, (*world).begun,
			[]int64{3},
			api.PhaseStable,
			map[int64]*time.Time{1: after(time.Hour), 3: nil},
			"overlap_ended",
		},
		"promoted": {nil, func(w *world, id string) {
			w.clock.Advance(time.Minute)
			w.drained(id)
		}, []int64{3}, api.PhaseStable, map[int64]*time.Time{1: after(time.Hour), 3: nil}, "overlap_ended"},
		"rotated": {object{"require_acknowledgement": false}, func(w *world, id string) {
			w.clock.Advance(time.Minute)
			w.step(id, api.StepRotate, nil).want(200)
		}, []int64{3}, api.PhaseStable, map[int64]*time.Time{1: after(time.Hour), 3: nil}, "overlap_ended"},
		"rolled back": {
			nil, (*world).rolledBack, nil, api.PhaseRevoked,
			map[int64]*time.Time{1: after(time.Hour), 3: after(time.Hour)},
			"overlap_ended",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			policy := w.newPolicy("monthly", c.policy)
			token := w.newToken("notifier", w.newConnector("chat", nil).ID, object{"rotation_policy_id": policy.ID})
			w.patchToken(token.ID, object{"expires_at": nil})
			values := map[int64]string{1: w.reveal(token.ID, 1)}
			w.drained(token.ID)
			w.revokeValue(w.tokens[api.RoleSecurity], w.reveal(token.ID, 2))
			got := w.token(token.ID)
			due := api.StepBegin
			if c.policy != nil {
				due = api.StepRotate
			}
			if r := got.Rotation; r.Phase != api.PhaseStable || r.Due != due || r.Reason != api.ReasonRevoked ||
				!r.CurrentExpiresAt.Equal(epoch.Add(time.Hour)) {
				t.Errorf("left alone: %+v", r)
			}
			w.restart()
			c.act(w, token.ID)
			for n, want := range c.ends {
				if got := w.versions(token.ID)[n-1].ExpiresAt; (got == nil) != (want == nil) || got != nil && !got.Equal(*want) {
					t.Errorf("version %d ends at %v, want %v", n, got, want)
				}
			}
			if n := w.token(token.ID).Rotation.NextVersion - 1; n == 3 {
				values[3] = w.reveal(token.ID, 3)
			}
			w.clock.Advance(epoch.Add(time.Hour - time.Microsecond).Sub(w.clock.Now()))
			if !w.introspect(api.RoleAuditor, values[1]).Active {
				t.Error("version 1 ended early")
			}
			w.clock.Advance(time.Microsecond)
			w.accepted(values, c.valid...)
			after := w.token(token.ID).Rotation
			if after.Phase != c.phase || after.CurrentExpiresAt != nil || c.phase == api.PhaseRevoked &&
				after.Due != api.StepReissue {
				t.Errorf("afterwards: %+v", after)
			}
			if v := w.versions(token.ID)[0]; v.EndReason != c.reason || v.EndedBy != "platform" ||
				!v.EndedAt.Equal(epoch.Add(time.Hour)) {
				t.Errorf("version 1: %+v", v)
			}
		})
	}
}
