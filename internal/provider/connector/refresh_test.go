package connector_test

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// oauth is the configuration of a connector of a real OpenID provider.
func oauth(p *oidctest.Provider, refreshToken string) tftest.Config {
	return base().With("type", "oauth2").
		With("settings", map[string]any{"token_url": p.TokenURL(), "client_id": oidctest.WebClient}).
		With("credentials_wo", map[string]any{"client_secret": oidctest.WebSecret, "refresh_token": refreshToken})
}

// The platform renews the access token, and stores the refresh tokens that replace the supplied one. Plans stay empty:
// the configuration still has the supplied one, and must not send it. A failure is a warning of every plan until new
// credentials are set.
func TestPlanFollowsTheRefresh(t *testing.T) {
	p := oidctest.Start(t, oidctest.Options{})
	c := oauth(p, p.RefreshToken("openid", "offline_access"))
	s := created(t, c)
	s.tf.Expect(s.tf.State, "refresh_status=pending", "refresh_reason=<null>", "version=1")
	for range 3 {
		s.Refresh()
		s.Clock.Advance(4 * time.Minute)
	}
	s.tf.Refresh()
	s.tf.Expect(s.tf.State, "refresh_status=current", "version=4")
	tftest.Silent(t, s.tf, c)
	if s.sent() != 0 {
		t.Error("the used refresh token was sent")
	}

	p.Fail(oidctest.Fault{Path: oidctest.TokenPath, Times: 1, Status: 400, Body: `{"error":"invalid_grant"}`})
	s.Refresh()
	s.tf.Refresh()
	s.tf.Expect(s.tf.State, "refresh_status=refresh_failed")
	tftest.Empty(t, s.tf, c)
	wantWarning(t, s.tf.Plan(c), "Access token cannot be renewed", "invalid_grant", "get a new one")
	data, d := s.tf.Read(tftest.Config{"name": "mail"})
	if len(d) != 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	s.tf.Expect(data, "refresh_status=refresh_failed")

	c = oauth(p, p.RefreshToken("openid", "offline_access"))
	planned := s.tf.Plan(c)
	wantUnknown(t, s.tf, planned, true)
	s.tf.Keep(planned, nil)
	s.tf.Expect(s.tf.State, "refresh_status=pending", "refresh_reason=<null>", "version=5")
	s.Refresh()
	s.tf.Refresh()
	s.tf.Expect(s.tf.State, "refresh_status=current")
	if got := s.tf.Plan(c).Diags.Warnings(); strings.Contains(got, "renewed") {
		t.Errorf("the plan warns %q", got)
	}

	// Other settings begin anew, with the refresh token that the platform has.
	more := c.With("settings", map[string]any{
		"token_url": p.TokenURL(), "client_id": oidctest.WebClient, "scopes": "openid",
	}).With("credentials_wo_version", 1)
	s.tf.Keep(s.tf.Plan(more), nil)
	s.Refresh()
	s.tf.Refresh()
	s.tf.Expect(s.tf.State, "refresh_status=current")
}

func TestOAuthIsValidatedAtPlan(t *testing.T) {
	s := start(t)
	fit := map[string]any{"token_url": "https://login.example.com/token", "client_id": "c"}
	for want, c := range map[string]tftest.Config{
		"must have client_id":  {"settings": map[string]any{"token_url": "https://login.example.com/token"}},
		"must have token_url":  {"settings": map[string]any{"client_id": "c"}},
		"must be an https URL": {"settings": map[string]any{"token_url": "http://login.example.com", "client_id": "c"}},
		"must be one of":       {"settings": map[string]any{"token_url": "https://a.b", "client_id": "c", "auth_style": "x"}},
		"must be scopes":       {"settings": map[string]any{"token_url": "https://a.b", "client_id": "c", "scopes": "a  b"}},
		"does not take":        {"settings": fit, "credentials_wo": map[string]any{"password": "p"}},
		"belongs into":         {"settings": map[string]any{"client_secret": "s"}},
		"printable ASCII":      {"settings": fit, "credentials_wo": map[string]any{"refresh_token": "two words"}},
	} {
		full := base().With("type", "oauth2")
		for k, v := range c {
			full = full.With(k, v)
		}
		if got := s.tf.Plan(full).Diags.Errors(); !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
			t.Errorf("%v: the plan says %q, want %q", c, got, want)
		}
	}
}
