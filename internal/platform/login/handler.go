// Package login has the routes by which a person signs a command in.
package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

const (
	maxBody  = 16 << 10
	interval = 5 * time.Second
)

// StartedLogin is the answer to a command that begins a sign-in.
type StartedLogin struct {
	DeviceCode string `json:"device_code" doc:"What the command asks with from now on. It is a secret."`
	UserCode   string `json:"user_code" doc:"What the person types at the issuer."`
	URL        string `json:"verification_uri" doc:"The page of the issuer."`
	Complete   string `json:"verification_uri_complete,omitempty" doc:"The same with the code in it."`
	ExpiresIn  int64  `json:"expires_in" doc:"Seconds until the code ends."`
	Interval   int64  `json:"interval" doc:"Seconds to wait between two questions."`
}

// CommandLogin is the answer to a command that asks whether a person has signed it in.
type CommandLogin struct {
	Status    string     `json:"status" enum:"pending,signed_in" doc:"pending until the person has answered at the issuer."`
	Interval  int64      `json:"interval,omitempty" doc:"Of pending: how many seconds to wait before the next question."`
	Token     string     `json:"token,omitempty" doc:"Of signed_in: the token (qcu_). It cannot be read again."`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When it ends by itself."`
	Name      string     `json:"name,omitempty" doc:"The person."`
}

// Handler serves /v1/logins.
type Handler struct{ sessions *sessions.Sessions }

// New returns a handler.
func New(s *sessions.Sessions) *Handler { return &Handler{s} }

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	place := map[string]string{
		"tenant":      "The tenant of the person.",
		"environment": "The environment that the token is for, and no other one.",
		"issuer":      "The name of the issuer that signs the person in.",
	}
	httpapi.Register(r, httpapi.Operation{
		ID: "beginLogin", Method: http.MethodPost, Path: "/v1/logins", Tag: httpapi.TagTokens,
		Open: true, Limit: limits.Address, MaxBodyBytes: maxBody, Returns: StartedLogin{},
		Summary: "Begin to sign a person in for a command",
		Description: "Begins the device flow (RFC 8628) at an issuer of the tenant. The person opens `verification_uri` " +
			"and types `user_code`; the command asks `POST /v1/logins/poll` meanwhile. The request carries no token, and is " +
			"counted by its address.",
		Form: place, FormRequires: []string{"tenant", "environment", "issuer"},
	}, h.begin)
	poll := map[string]string{"device_code": "What the beginning answered."}
	for name, text := range place {
		poll[name] = text
	}
	httpapi.Register(r, httpapi.Operation{
		ID: "pollLogin", Method: http.MethodPost, Path: "/v1/logins/poll", Tag: httpapi.TagTokens,
		Open: true, Limit: limits.Address, MaxBodyBytes: maxBody, Returns: CommandLogin{},
		Summary: "Ask whether the person has signed in",
		Description: "Returns `pending`, or once the token (qcu_) of the person. The token is for the API in one " +
			"environment, with the roles that the person has there at each request. It ends after eight hours, after an " +
			"hour without use, when the issuer no longer knows the person, and with `POST /v1/logins/end`. A sign-in " +
			"that was refused, has expired or is not known is 400 with the code `invalid_grant`.",
		Form: poll, FormRequires: []string{"device_code", "tenant", "environment", "issuer"},
	}, h.poll)
	httpapi.Register(r, httpapi.Operation{
		ID: "endLogin", Method: http.MethodPost, Path: "/v1/logins/end", Tag: httpapi.TagTokens,
		Open: true, Limit: limits.Address, MaxBodyBytes: maxBody, Returns: api.LoginEnded{},
		Summary:     "Sign a command out",
		Description: "Ends the session of a token (qcu_). Who has the token may end it.",
		Form:        map[string]string{"token": "The token."}, FormRequires: []string{"token"},
	}, h.end)
}

func placeOf(form url.Values) (at sessions.Place, err error) {
	for _, name := range []string{"tenant", "environment", "issuer"} {
		if form.Get(name) == "" {
			return at, problem.Refused(problem.Pointer(name), errors.New("is required"))
		}
	}
	return sessions.Place{
		Scope:  store.Scope{Tenant: form.Get("tenant"), Environment: form.Get("environment")},
		Issuer: form.Get("issuer"),
	}, nil
}

func (h *Handler) begin(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	form, err := in.Members(ctx)
	if err != nil {
		return nil, err
	}
	at, err := placeOf(form)
	if err != nil {
		return nil, err
	}
	d, err := h.sessions.BeginDevice(ctx, at)
	if err != nil {
		return nil, refusal(err)
	}
	return httpapi.Body(StartedLogin{
		DeviceCode: keys.Sent(d.Code), UserCode: d.UserCode, URL: d.URL, Complete: d.Complete,
		ExpiresIn: int64(d.Lasts / time.Second), Interval: int64(d.Interval / time.Second),
	}), nil
}

func (h *Handler) poll(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	code, form, err := in.Form(ctx, "device_code")
	if err != nil {
		return nil, err
	}
	at, err := placeOf(form)
	if err != nil {
		return nil, err
	}
	row, value, name, err := h.sessions.CompleteDevice(ctx, at, code, access.CallerOf(ctx))
	var pending *sessions.PendingError
	if errors.As(err, &pending) {
		out := CommandLogin{Status: api.LoginPending, Interval: int64(interval / time.Second)}
		if pending.SlowDown {
			out.Interval *= 2
		}
		return httpapi.Body(out), nil
	}
	if err != nil {
		return nil, refusal(err)
	}
	ends := row.ExpiresAt.UTC()
	return httpapi.Body(CommandLogin{
		Status: api.LoginSignedIn, Token: keys.Sent(value), ExpiresAt: &ends, Name: name,
	}), nil
}

func (h *Handler) end(ctx context.Context, in *httpapi.FormInput) (*httpapi.Answer, error) {
	token, _, err := in.TokenForm(ctx)
	if err != nil {
		return nil, err
	}
	ended, err := h.sessions.EndCommand(ctx, token, access.CallerOf(ctx))
	return httpapi.Body(api.LoginEnded{Ended: ended}), err
}

// refusal answers a sign-in that did not succeed.
func refusal(err error) error {
	var r *sessions.RefusedError
	if !errors.As(err, &r) {
		return err
	}
	out := problem.New(api.CodeInvalidGrant, "", "nobody was signed in: %s", r.Text)
	out.OAuth = api.CodeInvalidGrant
	return out
}
