package webhookendpoint

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// refusal answers as the platform does, page as something in between.
func refusal(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		problem(w, api.Problem{Code: code, Detail: "as a test wants it"})
	}
}

func page(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

// serve starts a server that gives this answer to everything.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}

// silence lasts until the client gives up.
func silence(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client is gone
	<-r.Context().Done()
}

func TestOnlyANotFoundOfThePlatformRemovesTheEndpoint(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"wrong token":              {refusal(api.CodeUnauthenticated), "Token refused"},
		"no permission":            {refusal(api.CodeForbidden), "Permission missing"},
		"the platform fails":       {refusal(api.CodeInternal), "status 500"},
		"the platform is away":     {refusal(api.CodeUnavailable), "status 503"},
		"no such path":             {refusal(api.CodeNoSuchRoute), "No such path"},
		"a proxy's 404":            {page(http.StatusNotFound, "text/html", "<h1>Not Found</h1>"), "status 404"},
		"a 404 that is no problem": {page(http.StatusNotFound, "application/json", `{"code":"not_found"}`), "status 404"},
		"a proxy's 410":            {page(http.StatusGone, "text/html", ""), "status 410"},
		"a proxy's 502":            {page(http.StatusBadGateway, "text/html", ""), "status 502"},
		"a page with a 200":        {page(http.StatusOK, "text/html", "<h1>Please log in</h1>"), "status 200"},
		"something else in JSON":   {page(http.StatusOK, "application/json", `{}`), "status 200"},
		"a broken connection":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no answer"},
		"no answer in time":        {silence, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			f, good := created(t, base())
			url := serve(t, c.answer)
			var timeout time.Duration
			if name == "no answer in time" {
				timeout = 50 * time.Millisecond
			}
			tf, other := newTerraformIn(t, url, "staging", timeout), newTerraformIn(t, url, "staging", timeout)
			tf.State, tf.Private = good.State, good.Private
			for what, d := range map[string]core.Diags{
				"read": tf.Refresh(), "plan": tf.Plan(base()).Diags, "delete": tf.Destroy(), "change": tf.Apply(tf.PlanOnly(base().With("description", "new")), nil),
				"import by id": other.Import(theID), "import by name": other.Import("orders"), "create": other.Apply(other.Plan(base()), nil),
			} {
				if says(t, d.Errors(), c.says); strings.Contains(d.Errors(), "qcp_canary") {
					t.Errorf("%s: the token is in %s", what, d.Errors())
				}
				if !tf.State.Equal(good.State) || !other.State.IsNull() {
					t.Errorf("%s: the state has changed: %s, %s", what, tf.State, other.State)
				}
			}
			good.State, good.Private = tf.State, tf.Private
			silent(t, good, base())
			if len(f.writes) != 0 {
				t.Errorf("the platform itself was asked %v", f.writes)
			}
		})
	}
}

// Under another identity the platform answers 404 to everything: it is not even asked.
func TestStateOfAnotherEnvironment(t *testing.T) {
	_, tf := created(t, base())
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the platform was asked %s %s", r.Method, r.URL)
	})
	elsewhere := newTerraformIn(t, url, "production", 0)
	elsewhere.State, elsewhere.Private = tf.State, tf.Private
	for what, d := range map[string]core.Diags{"read": elsewhere.Refresh(), "delete": elsewhere.Destroy(), "plan without a refresh": elsewhere.PlanOnly(base()).Diags, "plan of the end": elsewhere.PlanDestroy().Diags} {
		if says(t, d.Errors(), "staging", "production"); elsewhere.State.IsNull() {
			t.Errorf("%s: an endpoint of another environment is taken for gone", what)
		}
	}
}
