package oidctest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// User is a person whom the provider knows by a name, which is the password too.
type User struct {
	Username string `json:"username"`
	// Claims are in ID tokens and in userinfo: email, email_verified, groups, acr, sid. The provider adds sub, which is
	// the user name.
	Claims map[string]any `json:"claims"`
	// Disabled people cannot sign in, and no token of theirs is refreshed.
	Disabled bool `json:"disabled"`
}

// PutUser makes a person, or changes one.
func (p *Provider) PutUser(u User) {
	p.tb.Helper()
	p.tell("users", u, nil)
}

// AnswerDevice lets a device in that shows a code, as a person; no name refuses it.
func (p *Provider) AnswerDevice(userCode, username string) {
	p.tb.Helper()
	p.tell("device", map[string]string{"user_code": userCode, "username": username}, nil)
}

// SignIn does what a browser of a person does at the provider: it follows authorization to the login page and sends the
// form. It returns where the provider sends the browser back to, with its code.
func (p *Provider) SignIn(authorization, username string) *url.URL {
	p.tb.Helper()
	login := p.step(http.MethodGet, authorization, nil)
	if login.Query().Get("authRequestID") == "" { // the provider refused, and says so at the callback
		return login
	}
	form := url.Values{
		"username": {username}, "password": {username}, "id": {login.Query().Get("authRequestID")},
	}
	back := p.step(http.MethodPost, p.URL+"/login/username", form)
	return p.step(http.MethodGet, back.String(), nil)
}

// step sends a request and returns where its redirect leads.
func (p *Provider) step(method, address string, form url.Values) *url.URL {
	p.tb.Helper()
	r, err := http.NewRequestWithContext(p.tb.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.tb.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := p.http.Transport.RoundTrip(r)
	if err != nil {
		p.tb.Fatal(err)
	}
	defer resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		body, _ := io.ReadAll(resp.Body)
		p.tb.Fatalf("%s %s: status %d and no redirect: %s", method, address, resp.StatusCode, body)
	}
	return to
}
