package acctest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Credentials are fetched again when the platform says, by one request however many ask. They go on through an outage,
// and end when the platform refuses the token.
func TestClientCredentials(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		fetches := func(want int) {
			t.Helper()
			if got := s.count(s.credentialsPath()); got != want {
				t.Errorf("%d fetches, want %d", got, want)
			}
		}
		s.slow()
		s.wantCredentials("service", callers, 1)
		fetches(1)
		s.newCredentials("https://example.com/canary-two")
		s.advance(5*time.Minute - time.Second)
		s.wantCredentials("service", callers, 1)
		fetches(0)
		s.advance(time.Second)
		s.credentials("service", callers)
		fetches(1)
		s.wantCredentials("service", 1, 2)

		// The third party may refuse them earlier: then they are fetched once more.
		s.newCredentials("https://example.com/canary-three")
		s.Must(acctest.ClientCommand{"do": "refuse_credentials", "of": "service", "connector": s.connector}, nil)
		s.wantCredentials("service", callers, 3)
		fetches(1)

		s.away()
		s.advance(5 * time.Minute)
		s.wantCredentials("service", callers, 3)
		s.wantCredentials("service", callers, 3)
		fetches(1) // not again at once
		s.advance(10 * time.Second)
		s.wantCredentials("service", callers, 3)
		fetches(1)
		s.p.Fail(func(acctest.Request) acctest.Fault { return acctest.CutAfter() })
		s.advance(10 * time.Second)
		s.wantCredentials("service", callers, 3)
		s.p.Fail(func(acctest.Request) acctest.Fault {
			return acctest.AnswerProblem(http.StatusTooManyRequests, api.CodeTokenRateLimited, "Retry-After", "60")
		})
		s.advance(10 * time.Second)
		s.wantCredentials("service", 1, 3)
		s.advance(59 * time.Second)
		s.p.ForgetRequests()
		s.wantCredentials("service", 1, 3)
		fetches(0) // the platform wanted a minute
		s.p.Fail(nil)
		s.advance(time.Second)
		s.wantCredentials("service", 1, 3)
		fetches(1)

		s.p.Credential(api.ScopedTokens, "notifier").Revoke()
		s.wantCredentials("service", 1, 3)
		s.advance(5 * time.Minute)
		wantFailure(t, s.credentials("service", 1), "refused")
		s.away()
		wantFailure(t, s.credentials("service", 1), "unavailable")
	})
}

// An answer of 401 is repeated once with the token that has come meanwhile, where the body can be sent again.
func TestClientRetriesOn401(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		introspect := s.p.URL + "/v1/introspect"
		body := base64.StdEncoding.EncodeToString([]byte(url.Values{"token": {s.value(1)}}.Encode()))
		// replaced has the token of the program end, and another one come into its file, while a request is on its way.
		replaced := func() {
			t.Helper()
			old, next := s.newPrincipal(), s.newPrincipal()
			s.write(old)
			var once sync.Once
			s.p.Fail(func(acctest.Request) acctest.Fault {
				once.Do(func() {
					s.endPrincipal(old)
					s.write(next)
				})
				return acctest.Pass()
			})
			s.p.ForgetRequests()
		}
		statuses := func(want int, requests int, c acctest.ClientCommand) {
			t.Helper()
			c["do"], c["of"], c["method"], c["path"] = "request", "service", http.MethodPost, introspect
			var got acctest.Each[int]
			s.Must(c, &got)
			if len(got.Results) != 1 || got.Results[0] != want || len(got.Errors) > 0 {
				t.Errorf("answered %+v, want %d", got, want)
			}
			if sent := s.count("/v1/introspect"); sent != requests {
				t.Errorf("%d requests, want %d", sent, requests)
			}
		}
		replaced()
		statuses(200, 2, acctest.ClientCommand{"body": body})
		replaced()
		statuses(401, 1, acctest.ClientCommand{"body": body, "stream": true})
		statuses(200, 1, acctest.ClientCommand{"body": body, "stream": true}) // with the next token
		s.p.Fail(nil)
		s.write(s.value(1)) // which is no principal's: there is no other token, so once
		statuses(401, 1, acctest.ClientCommand{"body": body})

		failure := s.requests("service", http.MethodGet, "http://127.0.0.1:1/", "", 1)
		wantFailure(t, failure, "invalid") // the token is for one server
	})
}

// A file is replaced while requests are on their way, and not in one step. No request fails.
func TestClientFileReplacedInTheMiddle(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		first, second := s.newPrincipal(), s.newPrincipal()
		s.write(first)
		s.one("service", 1)
		var mu sync.Mutex
		arrived := 0
		s.p.Fail(func(acctest.Request) acctest.Fault {
			mu.Lock()
			defer mu.Unlock()
			arrived++
			switch arrived {
			case 50:
				s.write("")
			case 80:
				s.write(second[:20])
			case 120:
				s.write(second)
			}
			return acctest.Pass()
		})
		body := base64.StdEncoding.EncodeToString([]byte(url.Values{"token": {s.value(1)}}.Encode()))
		for range 4 {
			got := s.requests("service", http.MethodPost, s.p.URL+"/v1/introspect", body, 50)
			if len(got.Errors) > 0 || len(got.Results) != 1 || got.Results[0] != 200 {
				t.Errorf("answered %+v", got)
			}
		}
		if got := s.one("service", 1); got != second {
			t.Error("the new token is not taken up")
		}
	})
}

// What is wrong with a source is said before any request, and without the token.
func TestClientSources(t *testing.T) {
	eachClient(t, func(s *clientScene) {
		t := s.t
		value := s.value(1)
		typo := value[:len(value)-1] + string(rune('a'+(value[len(value)-1]+1)%25))
		fails := func(why string, failure *acctest.ClientFailure, code string) {
			t.Helper()
			if failure == nil || failure.Kind != "invalid" || failure.Code != code {
				t.Errorf("%s: %+v, want %s", why, failure, code)
			} else if strings.Contains(failure.Message, value[4:20]) {
				t.Errorf("%s: the error has the token", why)
			}
		}
		open := func(endpoint string, source acctest.ClientCommand) *acctest.ClientFailure {
			return s.Do(acctest.ClientCommand{"do": "open", "of": "x", "endpoint": endpoint, "source": source}, nil)
		}
		token := func(source acctest.ClientCommand) *acctest.ClientFailure {
			s.open("x", s.p.URL, source)
			if got := s.tokens("x", 3); len(got.Errors) == 1 && len(got.Results) == 0 {
				return &got.Errors[0]
			}
			return nil
		}
		static := func(value string) acctest.ClientCommand {
			return acctest.ClientCommand{"kind": "static", "value": value}
		}
		fails("a typo", open(s.p.URL, static(typo)), "token_checksum")
		for _, endpoint := range []string{
			"", "quickconnect.example.com", "http://quickconnect.example.com", "https://user@quickconnect.example.com",
			"https://quickconnect.example.com?x=1", "ftp://127.0.0.1", "http://127.0.0.1.example.com",
		} {
			fails("the endpoint "+endpoint, open(endpoint, static(value)), "endpoint")
		}
		environment := func(name string) acctest.ClientCommand {
			return acctest.ClientCommand{"kind": "environment", "value": name}
		}
		fails("no variable", token(environment("NOTHING_HERE")), "source")
		fails("a variable with something else", token(environment("PATH")), "token_prefix")
		s.open("x", s.p.URL, environment("SUBJECT"))
		if got := s.one("x", 3); got != value {
			t.Error("another token than in the environment")
		}
		fails("no file", token(acctest.ClientCommand{"kind": "file", "value": s.file + ".none"}), "source")
		s.write(typo)
		fails("a file with a typo", token(s.fromFile()), "token_checksum")
		s.write("  " + value + " ")
		if failure := token(s.fromFile()); failure != nil {
			t.Errorf("white space around it: %+v", *failure)
		}
	})
}
