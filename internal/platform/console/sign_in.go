package console

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// The cookies of the console. The prefix has browsers take them only over TLS, for this host alone and for every path.
const (
	sessionCookie = "__Host-qc-session"
	signInCookie  = "__Host-qc-sign-in"
)

func cookie(r *http.Request, name string) secret.Value {
	c, err := r.Cookie(name)
	if err != nil {
		return secret.Value{}
	}
	return secret.New(c.Value)
}

// setCookie gives a browser a value that ends with the browser; an empty one takes it away.
func setCookie(w http.ResponseWriter, name string, value secret.Value) {
	c := &http.Cookie{
		Name: name, Value: keys.Sent(value), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if value.IsEmpty() {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// signIn asks for the tenant, then for the issuer, and sends the browser there.
func (h *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	form := signInForm{Tenant: query.Get("tenant"), ReturnTo: query.Get("return_to")}
	if issuer := query.Get("issuer"); issuer != "" {
		location, value, err := h.Sessions.Begin(r.Context(), form.Tenant, issuer, form.ReturnTo)
		if err != nil {
			return err
		}
		setCookie(w, signInCookie, value)
		http.Redirect(w, r, location, http.StatusSeeOther) //nolint:gosec // the endpoint of an issuer that an operator added
		return nil
	}
	if form.Tenant != "" {
		names, err := h.Sessions.Issuers(r.Context(), form.Tenant)
		if err != nil {
			return err
		}
		for _, name := range names {
			link := url.Values{"tenant": {form.Tenant}, "issuer": {name}, "return_to": {form.ReturnTo}}
			form.Issuers = append(form.Issuers, signInLink{name, sessions.Home + "/sign-in?" + link.Encode()})
		}
	}
	render(w, http.StatusOK, signInTemplate, view.Frame{Title: "Sign in"}, form)
	return nil
}

// callback ends the sign-in of a browser that comes back from the issuer.
func (h *Console) callback(w http.ResponseWriter, r *http.Request) error {
	setCookie(w, signInCookie, secret.Value{})
	value, returnTo, err := h.Sessions.Complete(r.Context(), cookie(r, signInCookie), cookie(r, sessionCookie),
		r.URL.Query(), access.CallerOf(r.Context()))
	if err != nil {
		return err
	}
	setCookie(w, sessionCookie, value)
	http.Redirect(w, r, returnTo, http.StatusSeeOther) //nolint:gosec // sessions.Begin has made it a path of the console
	return nil
}

// maxLogout is how long the form of a logout token may be.
const maxLogout = 64 << 10

// logout takes the logout token of an issuer. It answers without a page.
func (h *Console) logout(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxLogout)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return nil //nolint:nilerr // it is answered here, without a page
	}
	var refused *sessions.RefusedError
	err := h.Sessions.Logout(r.Context(), secret.New(r.PostForm.Get("logout_token")), access.CallerOf(r.Context()))
	if !errors.As(err, &refused) {
		return err
	}
	h.Log.WarnContext(r.Context(), "logout token refused", "reason", refused.Reason)
	http.Error(w, "the logout token is refused", http.StatusBadRequest)
	return nil
}

func (h *Console) signOut(w http.ResponseWriter, r *http.Request, v *Visit) error {
	if err := h.Sessions.End(r.Context(), v.Session, access.CallerOf(r.Context())); err != nil {
		return err
	}
	setCookie(w, sessionCookie, secret.Value{})
	http.Redirect(w, r, sessions.Home+"/sign-in", http.StatusSeeOther)
	return nil
}
