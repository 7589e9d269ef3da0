package acctest_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// An API lets through what the platform accepts, and asks it once for a while.
func TestClientIntrospection(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		url := s.serve(acctest.ClientCommand{"scopes": []string{"messages:send"}})
		value := s.value(1)
		for _, authorization := range []string{"", value, "Basic " + value, "Bearer", "Bearer ", "bearer\t" + value} {
			status, header := s.call(url, authorization)
			if status != 401 || header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%q: answered %d, %v", authorization[:min(len(authorization), 8)], status, header)
			}
		}
		if status, _ := s.call(url); status != 401 {
			t.Errorf("no header: answered %d", status)
		}
		if status, _ := s.call(url, "Bearer "+value, "Bearer "+value); status != 401 {
			t.Errorf("two headers: answered %d", status)
		}
		unknown := s.unknownToken()
		header := s.wantCalls("a typo", url, value[:len(value)-1]+"-", 401, 0)
		if got := header.Get("WWW-Authenticate"); got != `Bearer error="invalid_token"` {
			t.Errorf("WWW-Authenticate: %s", got)
		}
		s.wantCalls("the token of a principal", url, s.p.Token(api.RoleRuntime), 401, 0)
		s.wantCalls("a token that was never made", url, unknown, 401, 1)
		s.wantCalls("the same again", url, unknown, 401, 0)
		s.wantCalls("a right token", url, value, 200, 1)
		s.wantCalls("the same again", url, value, 200, 0)
		if status, _ := s.call(url, "bearer "+value); status != 200 {
			t.Errorf("another spelling of Bearer: %d", status)
		}
		s.advance(cacheTTL)
		s.wantCalls("after a while", url, value, 200, 1)
		s.p.Credential(api.ScopedTokens, "notifier").Revoke()
		s.wantCalls("revoked just now", url, value, 200, 0)
		s.advance(cacheTTL)
		s.wantCalls("revoked a while ago", url, value, 401, 1)

		other := s.serve(acctest.ClientCommand{"scopes": []string{"messages:send", "billing:read"}})
		header = s.wantCalls("a scope that it does not have", other, s.newValue("other", api.ScopedTokenCreate{}), 403, 1)
		if got := header.Get("WWW-Authenticate"); got !=
			`Bearer error="insufficient_scope", scope="messages:send billing:read"` {
			t.Errorf("WWW-Authenticate: %s", got)
		}
	})
}

// An API that cannot ask is closed: it answers 503 to what it does not know, and does not ask again at once.
func TestClientIntrospectionFailsClosed(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		url := s.serve(acctest.ClientCommand{})
		value, other := s.value(1), s.newValue("other", api.ScopedTokenCreate{})
		s.wantCalls("before", url, value, 200, 1)
		s.away()
		s.wantCalls("what is known goes on", url, value, 200, 0)
		if got := s.wantCalls("what is not known", url, other, 503, 1).Get("Retry-After"); got != "1" {
			t.Errorf("Retry-After: %q", got)
		}
		s.wantCalls("not again at once", url, other, 503, 0)
		s.advance(cacheTTL)
		s.wantCalls("what was known has ended", url, value, 503, 1)
		for name, fault := range map[string]acctest.Fault{
			"a page":              acctest.AnswerHTML(200),
			"nothing":             acctest.Answer(200, "{}"),
			"a text":              acctest.Answer(200, `{"active":"true"}`),
			"a list":              acctest.Answer(200, `[{"active":true}]`),
			"cut off":             acctest.CutAfter(),
			"a redirect":          acctest.Answer(302, "", "Location", s.p.URL+"/v1/introspect"),
			"its token refused":   acctest.AnswerProblem(401, api.CodeUnauthenticated),
			"no permission":       acctest.AnswerProblem(403, api.CodeForbidden),
			"a request refused":   acctest.AnswerProblem(422, api.CodeInvalid),
			"a proxy's not found": acctest.AnswerHTML(404),
		} {
			s.advance(2 * time.Second)
			s.p.Fail(func(acctest.Request) acctest.Fault { return fault })
			if status, _ := s.call(url, "Bearer "+value); status != 503 {
				t.Errorf("%s: answered %d", name, status)
			}
		}
		s.advance(2 * time.Second)
		s.p.Fail(func(acctest.Request) acctest.Fault {
			return acctest.AnswerProblem(http.StatusTooManyRequests, api.CodeRateLimited, "Retry-After", "30")
		})
		if got := s.wantCalls("the API asks too much", url, value, 503, 1).Get("Retry-After"); got != "30" {
			t.Errorf("Retry-After: %q", got)
		}
		s.p.Fail(nil)
		s.advance(29 * time.Second)
		s.wantCalls("the platform wants to be left alone", url, value, 503, 0)
		s.advance(time.Second)
		s.wantCalls("after that", url, value, 200, 1)
	})
}

// The cache ends with a token, and keeps a number of answers only.
func TestClientIntrospectionCache(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		url := s.serve(acctest.ClientCommand{"cache_size": 2})
		end := s.p.Clock.Now().Add(5 * time.Second).Format(time.RFC3339)
		short := s.newValue("short", api.ScopedTokenCreate{ExpiresAt: &end})
		s.wantCalls("until its end", url, short, 200, 1)
		s.advance(4 * time.Second)
		s.wantCalls("until its end", url, short, 200, 0)
		s.advance(time.Second)
		s.wantCalls("at its end", url, short, 401, 1)

		limit := int64(1)
		limited := s.newValue("limited", api.ScopedTokenCreate{RateLimitPerMinute: &limit})
		s.wantCalls("within its rate", url, limited, 200, 1)
		s.advance(cacheTTL)
		if got := s.wantCalls("above its rate", url, limited, 429, 1).Get("Retry-After"); got != "49" {
			t.Errorf("Retry-After: %q", got)
		}
		s.advance(40 * time.Second)
		if got := s.wantCalls("not again before", url, limited, 429, 0).Get("Retry-After"); got != "9" {
			t.Errorf("Retry-After: %q", got)
		}
		s.advance(9 * time.Second)
		s.wantCalls("within its rate again", url, limited, 200, 1)

		var values []string
		for i := range 3 {
			values = append(values, s.newValue(fmt.Sprintf("many-%d", i), api.ScopedTokenCreate{}))
			s.wantCalls("the first time", url, values[i], 200, 1)
		}
		s.wantCalls("the newest", url, values[2], 200, 0)
		s.wantCalls("the one before", url, values[1], 200, 0)
		s.wantCalls("no room for the oldest", url, values[0], 200, 1)
		for range 3 {
			s.wantCalls("a flood of others", url, s.unknownToken(), 401, 1)
		}
		s.wantCalls("it drives out no right token", url, values[0], 200, 0)
	})
}

// A token counts from the addresses that it allows, and a callers with one token is one question.
func TestClientIntrospectionOfACrowd(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		url := s.serve(acctest.ClientCommand{})
		here := s.newValue("here", api.ScopedTokenCreate{AllowedCIDRs: []string{"127.0.0.0/8"}})
		away := s.newValue("away", api.ScopedTokenCreate{AllowedCIDRs: []string{"192.0.2.0/24"}})
		s.wantCalls("from an address that is allowed", url, here, 200, 1)
		s.wantCalls("from another one", url, away, 401, 1)

		s.slow()
		s.p.ForgetRequests()
		value := s.value(1)
		var all sync.WaitGroup
		var mu sync.Mutex
		answered := map[int]int{}
		for range callers {
			all.Go(func() {
				status, _ := s.call(url, "Bearer "+value)
				mu.Lock()
				defer mu.Unlock()
				answered[status]++
			})
		}
		all.Wait()
		if asked := s.count("/v1/introspect"); answered[200] != callers || asked != 1 {
			t.Errorf("answered %v after %d introspections", answered, asked)
		}
	})
}
