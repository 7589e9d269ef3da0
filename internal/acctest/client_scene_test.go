package acctest_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// callers is how many a client has at the same time.
	callers = 200
	// cacheTTL is how long clients keep an introspection, and a little more.
	cacheTTL = 11 * time.Second
)

// clientScene is a client beside a platform with a connector and a scoped token of it, whose value is in a file.
type clientScene struct {
	*acctest.ClientDriver

	t         *testing.T
	p         *acctest.Platform
	connector string // id
	token     string // id
	file      string
}

// eachClient runs a test for the client in every language.
func eachClient(t *testing.T, test func(s *clientScene)) {
	t.Helper()
	for _, language := range acctest.Clients {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			test(newClientScene(t, language))
		})
	}
}

func newClientScene(t *testing.T, language string) *clientScene {
	t.Helper()
	p := acctest.StartPlatform(t)
	s := &clientScene{t: t, p: p, file: filepath.Join(t.TempDir(), "token")}
	c, ctx := p.As(api.RoleDeployer).Client(), t.Context()
	policy, err := c.RotationPolicies().Create(ctx, api.RotationPolicyCreate{Name: "monthly", Interval: "30d"})
	ok(t, err)
	connector, err := c.Connectors().Create(ctx, api.ConnectorCreate{
		Name: "alerts", Owner: "team", Type: "webhook",
		Credentials: map[string]secret.Value{"url": secret.New("https://example.com/canary-one")},
	})
	ok(t, err)
	s.connector = connector.ID
	s.token = s.newToken("notifier", api.ScopedTokenCreate{RotationPolicyID: &policy.ID})
	s.write(s.value(1))
	s.ClientDriver = acctest.StartClient(t, language, p.Clock, "SUBJECT="+s.value(1))
	s.open("api", p.URL, acctest.ClientCommand{"kind": "static", "value": p.Token(api.RoleRuntime)})
	s.open("service", p.URL, s.fromFile())
	return s
}

// newToken makes a scoped token of the connector and returns its id.
func (s *clientScene) newToken(name string, in api.ScopedTokenCreate) string {
	s.t.Helper()
	in.Name, in.Owner, in.ConnectorID = name, "team", s.connector
	in.Scopes = []string{api.ScopeReadCredentials, "messages:send"}
	made, err := s.p.As(api.RoleDeployer).Client().ScopedTokens().Create(s.t.Context(), in)
	ok(s.t, err)
	return made.ID
}

// newValue makes a scoped token that is not rotated and returns its value.
func (s *clientScene) newValue(name string, in api.ScopedTokenCreate) string {
	s.t.Helper()
	if in.ExpiresAt == nil {
		never := "2030-01-01T00:00:00Z"
		in.ExpiresAt = &never
	}
	s.newToken(name, in)
	return s.p.As(api.RoleDeployer).Reveal(name, 1)
}

// value returns the value of a version of the notifier's token.
func (s *clientScene) value(version int64) string {
	s.t.Helper()
	return s.p.As(api.RoleDeployer).Reveal("notifier", version)
}

// write replaces the file with the token, in place.
func (s *clientScene) write(token string) {
	s.t.Helper()
	ok(s.t, os.WriteFile(s.file, []byte(token+"\n"), 0o600))
}

func (s *clientScene) fromFile() acctest.ClientCommand {
	return acctest.ClientCommand{"kind": "file", "value": s.file}
}

// exchanged is a source that exchanges the token in the file.
func (s *clientScene) exchanged() acctest.ClientCommand {
	return acctest.ClientCommand{"kind": "exchange", "at": s.p.URL, "subject_file": s.file, "ttl": 600}
}

// open makes a client of this name, with a token from this source.
func (s *clientScene) open(of, endpoint string, source acctest.ClientCommand) {
	s.t.Helper()
	s.Must(acctest.ClientCommand{"do": "open", "of": of, "endpoint": endpoint, "source": source}, nil)
}

// serve starts an API that introspects the tokens of its callers, and returns its URL.
func (s *clientScene) serve(c acctest.ClientCommand) (url string) {
	s.t.Helper()
	c["do"], c["of"] = "serve", "api"
	s.Must(c, &url)
	return url
}

type fetchedCredentials struct {
	Version int64
	Values  map[string]string
}

// credentials has a client get the credentials of the connector, several times at once.
func (s *clientScene) credentials(of string, times int) acctest.Each[fetchedCredentials] {
	s.t.Helper()
	var out acctest.Each[fetchedCredentials]
	s.Must(acctest.ClientCommand{"do": "credentials", "of": of, "connector": s.connector, "times": times}, &out)
	return out
}

// wantCredentials fails the test unless all callers get this version, and no error.
func (s *clientScene) wantCredentials(of string, times int, version int64) {
	s.t.Helper()
	got := s.credentials(of, times)
	if len(got.Errors) > 0 || len(got.Results) != 1 || got.Results[0].Version != version ||
		got.Results[0].Values["url"] == "" {
		s.t.Errorf("%s has credentials %+v, want version %d", of, got, version)
	}
}

// wantFailure fails the test unless all callers get an error of this kind.
func wantFailure[T any](t *testing.T, got acctest.Each[T], kind string) {
	t.Helper()
	if len(got.Results) > 0 || len(got.Errors) != 1 || got.Errors[0].Kind != kind {
		t.Errorf("got %+v, want %s", got, kind)
	}
}

// requests has a client send a request several times at once, and returns the statuses.
func (s *clientScene) requests(of, method, url, body string, times int) acctest.Each[int] {
	s.t.Helper()
	var out acctest.Each[int]
	s.Must(acctest.ClientCommand{"do": "request", "of": of, "method": method, "path": url, "body": body, "times": times},
		&out)
	return out
}

// wantStatus fails the test unless every request of a client is answered with this status.
func (s *clientScene) wantStatus(of, url string, times, status int) {
	s.t.Helper()
	got := s.requests(of, http.MethodGet, url, "", times)
	if len(got.Errors) > 0 || len(got.Results) != 1 || got.Results[0] != status {
		s.t.Errorf("%s is answered %+v, want %d", of, got, status)
	}
}

// tokens has a source give its token several times at once.
func (s *clientScene) tokens(of string, times int) acctest.Each[string] {
	s.t.Helper()
	var out acctest.Each[string]
	s.Must(acctest.ClientCommand{"do": "token", "of": of, "times": times}, &out)
	return out
}

// one returns the only token that a source gives to several callers.
func (s *clientScene) one(of string, times int) string {
	s.t.Helper()
	got := s.tokens(of, times)
	if len(got.Errors) > 0 || len(got.Results) != 1 {
		s.t.Fatalf("%d callers got %d tokens and %+v", times, len(got.Results), got.Errors)
	}
	return got.Results[0]
}

// count returns how many requests for this path have arrived since it was asked last.
func (s *clientScene) count(path string) (n int) {
	for _, r := range s.p.Requests() {
		if r.Path == path {
			n++
		}
	}
	s.p.ForgetRequests()
	return n
}

func (s *clientScene) credentialsPath() string {
	return "/v1/connectors/" + s.connector + "/credentials"
}

// call sends a request with this header Authorization to an API, as anybody may. Without a value there is none.
func (s *clientScene) call(url string, authorization ...string) (status int, header http.Header) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, url, nil)
	ok(s.t, err)
	r.Header["Authorization"] = authorization
	answer, err := http.DefaultClient.Do(r)
	ok(s.t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	ok(s.t, err)
	ok(s.t, answer.Body.Close())
	return answer.StatusCode, answer.Header
}

// wantCalls fails the test unless an API answers a bearer token so, after this many introspections.
func (s *clientScene) wantCalls(why, url, token string, status, introspections int) http.Header {
	s.t.Helper()
	s.p.ForgetRequests()
	got, header := s.call(url, "Bearer "+token)
	if asked := s.count("/v1/introspect"); got != status || asked != introspections {
		s.t.Errorf("%s: answered %d after %d introspections, want %d after %d", why, got, asked, status, introspections)
	}
	return header
}

// away has the platform answer as if it were down.
func (s *clientScene) away() {
	s.p.Fail(func(acctest.Request) acctest.Fault { return acctest.AnswerHTML(http.StatusServiceUnavailable) })
}

// slow holds requests back, so that those of a callers are there together.
func (s *clientScene) slow() {
	s.p.Fail(func(acctest.Request) acctest.Fault { return acctest.Delay(300*time.Millisecond, acctest.Pass()) })
}

// newCredentials replaces the credentials of the connector.
func (s *clientScene) newCredentials(url string) {
	s.t.Helper()
	c, ctx := s.p.As(api.RoleDeployer).Client(), s.t.Context()
	_, err := c.Connectors().Patch(ctx, s.connector, api.ConnectorPatch{
		Credentials: map[string]secret.Value{"url": secret.New(url)},
	}, client.Write{})
	ok(s.t, err)
}

// newPrincipal makes another runtime principal and returns its token.
func (s *clientScene) newPrincipal() string {
	s.t.Helper()
	return s.p.NewToken(acctest.Environment, api.RoleRuntime, 0)
}

// endPrincipal ends a principal by its token.
func (s *clientScene) endPrincipal(token string) {
	s.t.Helper()
	answer, err := s.p.AsToken(token).Client().RevokeValue(s.t.Context(), secret.New(token))
	if err != nil || !answer.Revoked {
		s.t.Errorf("end a principal: %+v, %v", answer, err)
	}
}

// unknownToken returns a token in the right format that no platform has made.
func (s *clientScene) unknownToken() string {
	s.t.Helper()
	made, err := keys.NewToken(api.PrefixScopedToken, keys.NewRandom(rand.Reader))
	ok(s.t, err)
	return made.Expose()
}

// advance lets time pass, for the platform and for the client.
func (s *clientScene) advance(d time.Duration) {
	s.t.Helper()
	s.p.Clock.Advance(d)
	s.Must(acctest.ClientCommand{"do": "failures"}, nil)
}
