// Package console serves the pages for people at /console. It gets its data from the API alone, in process and on
// behalf of who is signed in, so every rule about permissions and the audit trail is the API's.
package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console/pages"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// Config has what the console works with.
type Config struct {
	API      http.Handler // of the same platform
	Sessions *sessions.Sessions
	// Limit refuses a request that nobody is signed in for, where its address sends too many.
	Limit    func(context.Context) error
	Restored *txn.Restored
	Log      *slog.Logger
	Now      func() time.Time
	NewKey   func() string // makes idempotency keys for forms
	// Try says which workload identity of an environment takes a JWT.
	Try func(context.Context, store.Scope, secret.Value) ([]pages.Tried, error)
}

// Console serves the pages.
type Console struct {
	Config
	routes *http.ServeMux
}

// New returns the console.
func New(c Config) *Console {
	h := &Console{Config: c, routes: http.NewServeMux()}
	h.routes.HandleFunc("GET "+sessions.Home+"/sign-in", h.open(h.signIn))
	h.routes.HandleFunc("GET "+sessions.CallbackPath, h.open(h.callback))
	h.routes.HandleFunc("POST "+sessions.LogoutPath, h.open(h.logout))
	h.routes.HandleFunc("GET "+sessions.Home+"/style.css", style)
	h.routes.HandleFunc("POST "+sessions.Home+"/sign-out", h.signedIn(h.signOut))
	h.routes.HandleFunc("GET "+sessions.Home, h.signedIn(h.home))
	h.mountEnvironments()
	h.routes.HandleFunc(sessions.Home+"/", h.open(func(http.ResponseWriter, *http.Request) error {
		return problem.New(api.CodeNoSuchRoute, "", "The console has no such page.")
	}))
	return h
}

// policy lets a page load the stylesheet and images of the console, and send forms to it. There is no script.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; " +
	"base-uri 'none'"

// Handler returns what serves every path at and below /console.
func (h *Console) Handler() http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(h.routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			w.Header().Set(name, value)
		}
		guarded.ServeHTTP(w, r)
	})
}

// Visit is a request of somebody who is signed in.
type Visit struct {
	Session *store.Session
	Person  *store.Person
	Reaches []sessions.Reach // the environments in which the person has a role, by name
	caller  Caller
}

// In returns what calls the API as the person, in an environment.
func (v *Visit) In(environment string) Caller {
	c := v.caller
	c.environment = environment
	return c
}

// open serves a page that needs nobody signed in.
func (h *Console) open(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h.Limit(r.Context())
		if err == nil {
			err = h.Restored.Check(r.Context())
		}
		if err == nil {
			err = serve(w, r)
		}
		h.failed(w, r, err)
	}
}

// signedIn serves a page for who is signed in, and has everybody else sign in first.
func (h *Console) signedIn(serve func(http.ResponseWriter, *http.Request, *Visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		visit, err := h.visit(r)
		switch {
		case err != nil:
		case visit == nil:
			if err = h.Limit(r.Context()); err == nil {
				back := url.Values{}
				if r.Method == http.MethodGet {
					back.Set("return_to", r.URL.RequestURI())
				}
				http.Redirect(w, r, sessions.Home+"/sign-in?"+back.Encode(), http.StatusSeeOther)
			}
		default:
			err = serve(w, r, visit)
		}
		h.failed(w, r, err)
	}
}

// visit finds out who is signed in; nil for nobody.
func (h *Console) visit(r *http.Request) (*Visit, error) {
	if err := h.Restored.Check(r.Context()); err != nil {
		return nil, err
	}
	session, err := h.Sessions.Find(r.Context(), cookie(r, sessionCookie))
	if err != nil || session == nil {
		return nil, err
	}
	person, reaches, err := h.Sessions.Reaches(r.Context(), session)
	if err != nil {
		return nil, err
	}
	from := access.From(r.Context())
	return &Visit{Session: session, Person: person, Reaches: reaches, caller: Caller{
		api: h.API, ctx: r.Context(),
		person: access.Person{Session: session, Address: from.Address, UserAgent: from.UserAgent},
	}}, nil
}

// failed shows what went wrong. What is not for the person goes to the log.
func (h *Console) failed(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	id := access.From(r.Context()).ID
	out := failure{
		Status: http.StatusInternalServerError, RequestID: id,
		Text: "Something failed inside the platform. Its log has the cause under the number of this request.",
	}
	var known *problem.Error
	var signIn *sessions.RefusedError
	switch {
	case errors.As(err, &signIn):
		h.Log.WarnContext(r.Context(), "sign-in refused", "reason", signIn.Reason, "request_id", id)
		out.Status, out.Text, out.SignIn = http.StatusForbidden, signIn.Text, true
	case errors.As(err, &known):
		for name, values := range known.GetHeaders() {
			w.Header()[name] = values
		}
		w.Header().Del("WWW-Authenticate")
		out.Status, out.Text = known.Status, known.Detail
	default:
		h.Log.ErrorContext(r.Context(), "page failed", "request_id", id, "error", err.Error())
	}
	render(w, out.Status, failureTemplate, view.Frame{Title: http.StatusText(out.Status)}, out)
}
