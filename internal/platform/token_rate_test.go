package platform_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// asks sends an introspection as a role.
func (w *world) asks(role, value string, more ...string) *reply {
	w.t.Helper()
	form := url.Values{"token": {value}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.as(role, "POST", "/v1/introspect", form)
}

// A token above its rate is neither active nor inactive, and the refused use leaves no trace.
func TestTokenRateAtIntrospection(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("chat", nil)
	token := w.newToken("notifier", c.ID, object{
		"rate_limit_per_minute": 2, "allowed_cidrs": []string{"192.0.2.0/24"},
	})
	value := w.reveal(token.ID, 1)
	from := []string{"remote_addr", "192.0.2.7"}
	for range 3 { // none of these is a use
		wantInactive(t, "another address", decoded[api.Introspection](
			w.asks(api.RoleRuntime, value, "remote_addr", "198.51.100.1").want(200)))
		if !decoded[api.Introspection](w.asks(api.RoleAuditor, value, from...).want(200)).Active {
			t.Error("an auditor is told that it is inactive")
		}
	}
	for range 2 {
		w.asks(api.RoleRuntime, value, from...).want(200)
	}

	w.clock.Advance(time.Second)
	refused := w.asks(api.RoleRuntime, value, from...)
	p := refused.problem(api.CodeTokenRateLimited, "")
	if refused.status != http.StatusTooManyRequests || refused.header.Get("Retry-After") != "29" ||
		!strings.Contains(p.Detail, "2 requests a minute") || refused.header.Get("RateLimit") != `"token";r=0;t=29` {
		t.Errorf("%d %v: %s", refused.status, refused.header, p.Detail)
	}
	if at := w.versions(token.ID)[0].LastUsedAt; !at.Equal(epoch) {
		t.Errorf("the refused use is the last one: %v", at)
	}
	// All versions count together, and what is refused is no evidence.
	w.begun(token.ID)
	pending := w.reveal(token.ID, 2)
	w.asks(api.RoleRuntime, pending, from...).problem(api.CodeTokenRateLimited, "")
	if w.token(token.ID).Rotation.Acknowledged {
		t.Error("a refused use is evidence")
	}
	w.clock.Advance(29 * time.Second)
	w.asks(api.RoleRuntime, pending, from...).want(200)
	if !w.token(token.ID).Rotation.Acknowledged {
		t.Error("the accepted use is no evidence")
	}

	// A change counts at once; what ends is inactive, and not limited.
	w.asks(api.RoleRuntime, value, from...).problem(api.CodeTokenRateLimited, "")
	if got := w.patchToken(token.ID, object{"rate_limit_per_minute": nil}); got.RateLimitPerMinute != nil {
		t.Errorf("%+v", got)
	}
	w.asks(api.RoleRuntime, value, from...).want(200)
	w.patchToken(token.ID, object{"rate_limit_per_minute": 1})
	w.patchConnector(c.ID, object{"enabled": false})
	wantInactive(t, "disabled", decoded[api.Introspection](w.asks(api.RoleRuntime, value, from...).want(200)))
	for _, n := range []any{0, -1, api.MaxTokenRate + 1} {
		w.do("PATCH", pathTokens+"/"+token.ID, object{"rate_limit_per_minute": n}).
			problem(api.CodeInvalid, "/rate_limit_per_minute")
	}
}

// A service that is above the rate of its token gets nothing, and is not counted as a consumer.
func TestTokenRateAtRetrieval(t *testing.T) {
	w := newWorld(t)
	c, value := w.retrievers(nil)
	token := w.tokenNamed("notifier")
	w.patchToken(token.ID, object{"rate_limit_per_minute": 2})
	w.fetch(value, c.ID, "eu")
	w.asks(api.RoleRuntime, value).want(200) // both ways count together
	refused := w.send(value, "GET", credentialsOf(c.ID), nil, asConsumer("us"))
	refused.problem(api.CodeTokenRateLimited, "")
	if refused.header.Get("Retry-After") != "30" || strings.Contains(string(refused.body), "secret-1") {
		t.Errorf("%v: %s", refused.header, refused.body)
	}
	w.sweep()
	if got := w.audited(c.ID, "retrieve"); len(got) != 1 {
		t.Errorf("%d retrievals are audited", len(got))
	}
	w.clock.Advance(30 * time.Second)
	w.fetch(value, c.ID, "us")
}
