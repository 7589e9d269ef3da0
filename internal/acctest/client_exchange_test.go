package acctest_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	exchangePath = "/v1/token"
	// exchangeTTL is how long the access tokens of these tests live.
	exchangeTTL = 600 * time.Second
)

// exchanges fails the test unless this many exchanges have arrived since it was asked last.
func (s *clientScene) exchanges(want int) {
	s.t.Helper()
	if got := s.count(exchangePath); got != want {
		s.t.Errorf("%d exchanges, want %d", got, want)
	}
}

// A token is exchanged once however many ask, and again at 80 % of the life of the access token, or a little earlier.
func TestClientExchange(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		s.open("exchanged", s.p.URL, s.exchanged())
		s.slow()
		first := s.one("exchanged", callers)
		s.exchanges(1)
		if !strings.HasPrefix(first, "qca_") || !s.p.As(api.RoleRuntime).Introspect(first).Active {
			t.Fatal("this is no access token")
		}
		s.advance(exchangeTTL*8/10 - time.Second)
		if s.one("exchanged", callers) != first {
			t.Error("renewed too early")
		}
		s.exchanges(0)
		s.advance(time.Second)
		s.tokens("exchanged", callers)
		s.exchanges(1)
		second := s.one("exchanged", callers)
		if second == first {
			t.Error("not renewed at 80 % of its life")
		}

		early := s.exchanged()
		early["jitter"] = 1
		s.open("early", s.p.URL, early)
		first = s.one("early", 1)
		s.advance(exchangeTTL * 75 / 100)
		s.one("early", 1)
		if s.one("early", 1) == first {
			t.Error("the jitter does not count")
		}

		narrow := s.exchanged()
		delete(narrow, "subject_file")
		narrow["subject_variable"], narrow["scope"] = "SUBJECT", "messages:send"
		s.open("narrow", s.p.URL, narrow)
		if got := s.p.As(api.RoleRuntime).Introspect(s.one("narrow", 1)); got.Scope != "messages:send" {
			t.Errorf("narrowed by its scope: %+v", got)
		}
	})
}

// The old access token goes on through an outage until it expires. The file is read again for every renewal.
func TestClientExchangeOutage(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		s.open("exchanged", s.p.URL, s.exchanged())
		first := s.one("exchanged", 1)
		s.away()
		s.advance(exchangeTTL * 8 / 10)
		s.count(exchangePath)
		for range 3 {
			if s.one("exchanged", callers) != first {
				t.Error("the old token does not go on")
			}
		}
		s.exchanges(1) // not again at once
		s.advance(10 * time.Second)
		s.one("exchanged", 1)
		s.exchanges(1)
		s.advance(exchangeTTL*2/10 - 11*time.Second)
		if s.one("exchanged", 1) != first {
			t.Error("the old token ends too early")
		}
		s.advance(time.Second)
		wantFailure(t, s.tokens("exchanged", callers), "unavailable")
		var failures int
		s.Must(acctest.ClientCommand{"do": "failures"}, &failures)
		if failures < 4 {
			t.Errorf("the program learned of %d failures", failures)
		}

		s.p.Fail(nil)
		s.p.Credential(api.ScopedTokens, "notifier").Begin()
		s.write(s.value(2))
		if got := s.p.As(api.RoleRuntime).Introspect(s.one("exchanged", 1)); !got.Active || got.Version != 2 {
			t.Errorf("after the outage: %+v", got)
		}
		s.p.Credential(api.ScopedTokens, "notifier").Revoke()
		s.advance(exchangeTTL)
		got := s.tokens("exchanged", 1)
		wantFailure(t, got, "refused")
		if got.Errors[0].Code != "invalid_grant" || got.Errors[0].Status != 400 {
			t.Errorf("a token that has ended: %+v", got.Errors[0])
		}
	})
}

// A JWT is sent with the identity that is to take it, and a scoped token without. What is neither is found before any
// request.
func TestClientExchangesWhatItHas(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		const (
			types = "urn:ietf:params:oauth:token-type:"
			jwt   = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
		)
		identity := acctest.ClientCommand{"identity": "deploy", "tenant": acctest.Tenant, "environment": acctest.Environment}
		sent := func(subject string) (form url.Values, got acctest.Each[string]) {
			t.Helper()
			s.write(subject)
			source := s.exchanged()
			maps.Copy(source, identity)
			s.open("x", s.p.URL, source)
			s.p.ForgetRequests()
			got = s.tokens("x", 1)
			for _, r := range s.p.Requests() {
				form, _ = url.ParseQuery(string(r.Body))
			}
			return form, got
		}
		want := url.Values{
			"grant_type":    {"urn:ietf:params:oauth:grant-type:token-exchange"},
			"subject_token": {jwt}, "subject_token_type": {types + "jwt"}, "ttl": {"600"},
			"identity": {"deploy"}, "tenant": {acctest.Tenant}, "environment": {acctest.Environment},
		}
		form, got := sent(jwt)
		if diff := cmp.Diff(want, form); diff != "" {
			t.Errorf("a JWT (-want +got):\n%s", diff)
		}
		wantFailure(t, got, "refused") // no identity takes it
		for _, name := range []string{"identity", "tenant", "environment"} {
			want.Del(name)
		}
		want["subject_token"], want["subject_token_type"] = []string{s.value(1)}, []string{types + "access_token"}
		form, got = sent(s.value(1))
		if diff := cmp.Diff(want, form); diff != "" || len(got.Results) != 1 {
			t.Errorf("a scoped token: %+v (-want +got):\n%s", got.Errors, diff)
		}
		for _, subject := range []string{
			"", "x", "a.b", "a.b.c.d", "a..c", "a. .c", s.value(1)[:30], s.p.Token(api.RoleRuntime),
		} {
			form, got = sent(subject)
			wantFailure(t, got, "invalid")
			if form != nil {
				t.Errorf("%q was sent", subject)
			}
		}
	})
}
