package signingsecret

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// problem answers as the platform does, page as something in between.
func problem(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", api.ProblemContentType)
		w.WriteHeader(api.StatusOf[code])
		_ = json.NewEncoder(w).Encode(api.Problem{Code: code, Status: api.StatusOf[code], Detail: "as a test wants it", RequestID: "req_7"})
	}
}

func page(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Location", "https://elsewhere.example.com/")
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

// faults are the answers from which nothing follows about the signing secret, and what the error says.
var faults = map[string]struct {
	answer http.HandlerFunc
	says   string
}{
	"wrong token":              {problem(api.CodeUnauthenticated), "Token refused"},
	"no permission":            {problem(api.CodeForbidden), "Permission missing"},
	"rate limited":             {problem(api.CodeRateLimited), "Too many requests"},
	"the platform fails":       {problem(api.CodeInternal), "status 500"},
	"the platform is away":     {problem(api.CodeUnavailable), "status 503"},
	"no such path":             {problem(api.CodeNoSuchRoute), "No such path"},
	"a proxy's 404":            {page(http.StatusNotFound, "text/html", "<h1>Not Found</h1>"), "status 404"},
	"a 404 that is no problem": {page(http.StatusNotFound, "application/json", `{"code":"not_found"}`), "status 404"},
	"a problem without a code": {page(http.StatusNotFound, api.ProblemContentType, `{"status":404}`), "status 404"},
	"a proxy's 410":            {page(http.StatusGone, "text/html", ""), "status 410"},
	"a proxy's 502":            {page(http.StatusBadGateway, "text/html", "<h1>Bad Gateway</h1>"), "status 502"},
	"a page with a 200":        {page(http.StatusOK, "text/html", "<h1>Please log in</h1>"), "status 200"},
	"something else in JSON":   {page(http.StatusOK, "application/json", `{}`), "status 200"},
	"a redirect":               {page(http.StatusFound, "text/html", ""), "status 302"},
	"a broken connection":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no answer"},
	"no answer in time":        {silence, "no answer"},
}

func TestOnlyANotFoundOfThePlatformRemovesTheSecret(t *testing.T) {
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			f, good := created(t, suppliedConfig("a"))
			url := serve(t, c.answer)
			var timeout time.Duration
			if name == "no answer in time" {
				timeout = 50 * time.Millisecond
			}
			tf, other := newTerraformOn(t, platformAt(t, url, "staging", timeout)), newTerraformOn(t, platformAt(t, url, "staging", timeout))
			tf.State, tf.Private = good.State, good.Private
			_, opened := tf.Open(core.Config{"id": secretID})
			for what, d := range map[string]core.Diags{
				"read": tf.Refresh(), "plan": tf.Plan(suppliedConfig("b")).Diags, "delete": tf.Destroy(), "change": tf.Apply(tf.PlanOnly(suppliedConfig("b")), nil),
				"open": opened, "import by id": other.Import(secretID), "import by name": other.Import("orders"),
			} {
				says(t, d.Errors(), c.says)
				sayNothingOf(t, d.Errors()+d.Warnings(), "qcp_canary", whsec("a"), whsec("b"))
				if !tf.State.Equal(good.State) || !other.State.IsNull() {
					t.Errorf("%s: the state has changed: %s, %s", what, tf.State, other.State)
				}
			}
			// Afterwards everything goes on as if nothing had been.
			good.State, good.Private = tf.State, tf.Private
			silent(t, good, suppliedConfig("a"))
			wrote(t, f)
		})
	}
}

func TestANotFoundOfThePlatformDoes(t *testing.T) {
	f, tf := created(t, baseConfig())
	f.exists = false
	if must(t, tf.Refresh()); !tf.State.IsNull() {
		t.Error("a deleted signing secret stays")
	}
}

// Under another identity the platform answers 404 to everything: it is not even asked.
func TestStateOfAnotherEnvironment(t *testing.T) {
	f, tf := created(t, baseConfig())
	elsewhere := newTerraformOn(t, platformAt(t, f.url, "production", 0))
	elsewhere.State, elsewhere.Private = tf.State, tf.Private
	f.before = func(line string) { t.Errorf("the platform was asked %s", line) }
	for what, d := range map[string]core.Diags{
		"read": elsewhere.Refresh(), "delete": elsewhere.Destroy(), "plan without a refresh": elsewhere.PlanOnly(baseConfig()).Diags, "plan of the end": elsewhere.PlanDestroy().Diags,
	} {
		if says(t, d.Errors(), "staging", "production"); elsewhere.State.IsNull() {
			t.Errorf("%s: a signing secret of another environment is taken for gone", what)
		}
	}
}

// A creation whose answer never came may have made the secret: the error says so, and no half of it is in the state.
func TestCreationWithoutAnAnswer(t *testing.T) {
	tf := newTerraformOn(t, platformAt(t, serve(t, faults["a broken connection"].answer), "staging", 0))
	d := tf.Apply(tf.Plan(suppliedConfig("a")), nil)
	says(t, d.Errors(), "Whether the object was created is not known")
	sayNothingOf(t, d.Errors(), whsec("a"))
	if !tf.State.IsNull() {
		t.Errorf("the state has something: %s", tf.State)
	}
}

// What the platform refuses names the attribute in the words of the configuration, and never the secret, even where the platform repeats it.
func TestARefusedSecretIsAnErrorOnTheAttribute(t *testing.T) {
	f, tf := created(t, suppliedConfig("a"))
	p := tf.Plan(suppliedConfig("b"))
	f.refuse["POST /sec_01/rotation/begin"] = api.Problem{Code: api.CodeInvalid, Field: "/secret", Detail: "what is " + whsec("b")}
	d := tf.Apply(p, nil)
	says(t, d.Errors(), `AttributeName("secret_wo")`, "withheld")
	sayNothingOf(t, d.Errors()+d.Warnings(), whsec("b"))
	tf.Expect(tf.State, "version=1", "rotation.phase=stable")
}
