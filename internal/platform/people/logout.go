package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// logoutEvent is the member of events that makes a JWT a logout token.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// LogoutLasts is for how long after it was made a logout token is taken.
const LogoutLasts = 10 * time.Minute

// Reasons why a logout token is refused, besides those of an ID token.
const (
	ReasonID    = "jti"
	ReasonEvent = "events"
	ReasonWhom  = "sid_or_sub"
)

// Logout is what a logout token says.
type Logout struct {
	Issuer    string
	Audiences []string
	ID        string // of the token
	SID       string // the session at the issuer; empty: all sessions of the subject
	Subject   string
}

// DecideLogout says why a logout token that an issuer has signed is refused; empty where it is not (OpenID Connect
// Back-Channel Logout, 2.6). Whether it was taken before is for the caller.
func DecideLogout(typ string, claims map[string]any, now time.Time) string {
	events, _ := claims["events"].(map[string]any)
	_, isLogout := events[logoutEvent].(map[string]any)
	_, hasNonce := claims["nonce"]
	_, ends := claims["exp"]
	issued := moment(claims, "iat")
	for _, rule := range []struct {
		reason string
		holds  bool
	}{
		{ReasonType, slices.Contains([]string{"", "jwt", "logout+jwt"}, typ)},
		{ReasonIssued, !issued.IsZero() && !issued.After(now.Add(leeway)) && now.Before(issued.Add(LogoutLasts))},
		{ReasonExpired, !ends || now.Before(moment(claims, "exp").Add(leeway))},
		{ReasonID, text(claims, "jti") != ""},
		{ReasonEvent, isLogout},
		{ReasonNonce, !hasNonce}, // an ID token is no logout token
		{ReasonWhom, text(claims, "sid") != "" || text(claims, "sub") != ""},
	} {
		if !rule.holds {
			return rule.reason
		}
	}
	return ""
}

// IssuerOf returns the issuer that a JWT names, which nobody has verified.
func IssuerOf(t *workload.Token) string { return text(t.Claims(), "iss") }

// ReadLogout verifies a logout token of an issuer, and decides whether it counts.
func (c *Client) ReadLogout(ctx context.Context, issuerURL string, token secret.Value) (*Logout, error) {
	ctx, cancel := context.WithTimeout(ctx, asks)
	defer cancel()
	t := workload.Read(token)
	if r := c.verifier.Signed(ctx, issuerURL, t); r.Reason == workload.ReasonUnavailable {
		return nil, errors.Join(ErrUnavailable, errors.New("its keys cannot be fetched"))
	} else if r.Reason != "" {
		return nil, &RefusedError{r.Reason}
	}
	claims := t.Claims()
	if reason := DecideLogout(t.Type(), claims, c.clock.Now()); reason != "" {
		return nil, &RefusedError{reason}
	}
	return &Logout{
		Issuer: issuerURL, Audiences: list(claims, "aud"), ID: text(claims, "jti"), SID: text(claims, "sid"),
		Subject: text(claims, "sub"),
	}, nil
}
