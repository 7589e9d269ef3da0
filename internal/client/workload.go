package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Workload is a workload identity that the client acts as: it exchanges the JWT of the workload for access tokens, and
// sends its requests with them.
type Workload struct {
	// Identity is the id of the identity (wid_…), or its name.
	Identity string
	// Tenant and Environment are where a name is looked up.
	Tenant, Environment string
	// Source names where the JWT comes from, for errors.
	Source string
	// Advice says what to do where the JWT has ended, and Read never returns another one. Empty where it does.
	Advice string
	// Read returns the JWT. It is asked for each access token.
	Read func(context.Context) (secret.Value, error)
}

// WorkloadError is a request that was not sent, or not sent again, because the client got no access token.
type WorkloadError struct {
	Workload
	// JWT says what the JWT says of itself, and nothing of its signature; empty where the platform has not refused it.
	JWT string
	// Ended is true where the JWT had ended by this machine's clock.
	Ended bool
	// Cause is an *Error of the exchange, or says why there is no JWT.
	Cause error
}

// Error says which identity has no access token, and why.
func (e *WorkloadError) Error() string {
	return fmt.Sprintf("no access token of workload identity %q, whose JWT comes from %s: %v", e.Identity, e.Source,
		e.Cause)
}

// Unwrap returns why there is no access token.
func (e *WorkloadError) Unwrap() error { return e.Cause }

func (c *Client) newTokenSource(w Workload, random func() float64) *tokenSource {
	return &tokenSource{
		clock: c.clock, random: random,
		exchange: func(ctx context.Context) (secret.Value, time.Duration, error) { return c.exchange(ctx, w) },
	}
}

// exchange makes an access token of the JWT that the workload has now.
func (c *Client) exchange(ctx context.Context, w Workload) (secret.Value, time.Duration, error) {
	fail := &WorkloadError{Workload: w}
	jwt, err := w.Read(ctx)
	if err != nil {
		fail.Cause = &transportError{c.known.clean(err.Error()), err}
		return secret.Value{}, 0, fail
	}
	c.known.issued(jwt.Expose()) // any part of it counts
	r := &request{
		method: http.MethodPost, route: "/v1/token", form: w.form(jwt), hide: []string{jwt.Expose()}, bare: true, keeps: true,
		op: "exchange", object: fmt.Sprintf("the JWT of workload identity %q", w.Identity),
	}
	var out api.Exchanged
	err = c.do(ctx, r, &out)
	if err == nil && (CheckToken(out.Value) != nil || out.ExpiresIn <= 0) {
		err = r.notTheAPI()
	}
	if err != nil {
		if HasCode(err, api.CodeInvalidGrant) {
			fail.JWT, fail.Ended = describeJWT(jwt, c.clock.Now())
			fail.JWT = c.known.clean(fail.JWT)
		}
		fail.Cause = err
		return secret.Value{}, 0, fail
	}
	c.known.issued(out.Value.Expose())
	return out.Value, time.Duration(out.ExpiresIn) * time.Second, nil
}

func (w Workload) form(jwt secret.Value) url.Values {
	form := url.Values{
		"grant_type": {api.GrantTokenExchange}, "subject_token_type": {api.TokenTypeJWT},
		"subject_token": {jwt.Expose()}, "identity": {w.Identity},
	}
	if w.Advice != "" {
		// One access token may have to last for the whole run. The platform shortens it to what the identity allows.
		form.Set("ttl", strconv.Itoa(int(api.MaxAccessTokenTTL/time.Second)))
	}
	if !IsID(w.Identity) {
		form.Set("tenant", w.Tenant)
		form.Set("environment", w.Environment)
	}
	return form
}

// CheckJWT checks the form of a JWT: what is none is not sent. Its error completes the sentence "<source> …".
func CheckJWT(jwt secret.Value) error {
	if jwt.IsEmpty() {
		return errors.New("is empty")
	}
	if CheckToken(jwt) != nil || strings.Count(jwt.Expose(), ".") != 2 {
		return errors.New("has something else than a JWT, which is three parts with dots between them")
	}
	return nil
}

// describeJWT says what a JWT says of itself, so that it can be compared with the identity. Nothing is decided by it.
func describeJWT(jwt secret.Value, now time.Time) (text string, ended bool) {
	_, rest, _ := strings.Cut(jwt.Expose(), ".")
	payload, _, _ := strings.Cut(rest, ".")
	var claims struct {
		Issuer   string          `json:"iss"`
		Subject  string          `json:"sub"`
		Audience json.RawMessage `json:"aud"`
		Expires  float64         `json:"exp"`
	}
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(data, &claims) != nil {
		return "it cannot be read as a JWT", false
	}
	text = fmt.Sprintf("issuer (iss) %q, subject (sub) %q, audience (aud) %s%s", claims.Issuer, claims.Subject,
		cmp.Or(string(claims.Audience), "none"), describeClaims(data))
	if claims.Expires > 0 && claims.Expires < 1<<40 {
		ends := time.Unix(int64(claims.Expires), 0).UTC()
		ended = !now.Before(ends)
		verb := "ends"
		if ended {
			verb = "ended"
		}
		text += fmt.Sprintf("; it %s at %s", verb, ends.Format(time.RFC3339))
	}
	return text, ended
}

// The most that an error shows of the claims of a JWT.
const (
	mostClaimsShown  = 20
	longestClaimSeen = 200
)

// describeClaims lists the claims of a payload that identities compare, as far as the presets know them.
func describeClaims(payload []byte) string {
	var claims map[string]any
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if d.Decode(&claims) != nil {
		return ""
	}
	var text strings.Builder
	shown := 0
	for _, path := range api.ShownClaims() {
		value, there := api.ClaimAt(claims, path)
		if !there || shown == mostClaimsShown {
			continue
		}
		if runes := []rune(value); len(runes) > longestClaimSeen {
			value = string(runes[:longestClaimSeen]) + "…"
		}
		shown++
		fmt.Fprintf(&text, ", %s %q", path, value)
	}
	return text.String()
}
