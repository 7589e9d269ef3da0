package fakes

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Fault is an answer from which nothing follows about an object, and what the error says of it.
type Fault struct {
	Answer http.HandlerFunc
	Says   string
	// Timeout is the client's, where it matters; 0 is its own.
	Timeout time.Duration
}

// Faults are the answers of a platform that refuses or fails, and of what may stand before it.
var Faults = map[string]Fault{
	"wrong token":              {Answer: Refusal(api.CodeUnauthenticated), Says: "Token refused"},
	"no permission":            {Answer: Refusal(api.CodeForbidden), Says: "Permission missing"},
	"rate limited":             {Answer: Refusal(api.CodeRateLimited), Says: "Too many requests"},
	"the platform fails":       {Answer: Refusal(api.CodeInternal), Says: "status 500"},
	"the platform is away":     {Answer: Refusal(api.CodeUnavailable), Says: "status 503"},
	"no such path":             {Answer: Refusal(api.CodeNoSuchRoute), Says: "No such path"},
	"a proxy's 404":            {Answer: page(http.StatusNotFound, "text/html", "<h1>Not Found</h1>"), Says: "status 404"},
	"a removed header":         {Answer: named("", Refusal(api.CodeNotFound)), Says: "without the platform's header"},
	"another platform":         {Answer: named("plt_01ARZ3NDEKTSV4RRFFQ69G5FAX/1", Refusal(api.CodeNotFound)), Says: "another platform"},
	"a foreign API":            {Answer: page(http.StatusNotFound, api.ProblemContentType, `{"type":"about:blank","code":"not_found"}`), Says: "status 404"},
	"a 500 of not_found":       {Answer: page(http.StatusInternalServerError, api.ProblemContentType, `{"code":"not_found"}`), Says: "status 500"},
	"a 404 that is no problem": {Answer: page(http.StatusNotFound, "application/json", `{"code":"not_found"}`), Says: "status 404"},
	"a problem without a code": {Answer: page(http.StatusNotFound, api.ProblemContentType, `{"status":404}`), Says: "status 404"},
	"a proxy's 410":            {Answer: page(http.StatusGone, "text/html", ""), Says: "status 410"},
	"a proxy's 502":            {Answer: page(http.StatusBadGateway, "text/html", "<h1>Bad Gateway</h1>"), Says: "status 502"},
	"a page with a 200":        {Answer: page(http.StatusOK, "text/html", "<h1>Please log in</h1>"), Says: "status 200"},
	"something else in JSON":   {Answer: page(http.StatusOK, "application/json", `{}`), Says: "status 200"},
	"a redirect":               {Answer: page(http.StatusFound, "text/html", ""), Says: "status 302"},
	"a broken connection":      {Answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Says: "no answer"},
	"no answer in time":        {Answer: silence, Says: "no answer", Timeout: 50 * time.Millisecond},
}

// Problem answers as the platform does.
func Problem(w http.ResponseWriter, p api.Problem) {
	p.Status, p.Type = api.StatusOf[p.Code], api.ProblemTypePrefix+p.Code
	w.Header().Set(api.HeaderPlatform, Identity("").Platform().String())
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// Refusal gives a problem of this code as the answer to everything.
func Refusal(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		Problem(w, api.Problem{Code: code, Detail: "as a test wants it", RequestID: "req_7"})
	}
}

// Named answers as the platform does: with its name.
func Named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(api.HeaderPlatform, Identity("").Platform().String())
		next.ServeHTTP(w, r)
	})
}

// named gives an answer another name of the platform; an empty one removes it.
func named(name string, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		answer(recorded, r)
		recorded.Header().Del(api.HeaderPlatform)
		if name != "" {
			recorded.Header().Set(api.HeaderPlatform, name)
		}
		for k, v := range recorded.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(recorded.Body.Bytes())
	}
}

// page answers as something in between does.
func page(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Location", "https://elsewhere.example.com/")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

// silence lasts until the client gives up.
func silence(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client is gone
	<-r.Context().Done()
}

// Serve starts a server that gives this answer to everything, and returns its URL.
func Serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}
