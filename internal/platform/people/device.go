package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"golang.org/x/oauth2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Errors of a device flow (RFC 8628) that is not at its end, and of one that has ended without a sign-in.
var (
	ErrPending  = errors.New("the person has not answered yet")
	ErrSlowDown = errors.New("the issuer is asked too often")
	ErrDenied   = errors.New("the person has refused")
	ErrExpired  = errors.New("the code has expired")
	ErrNoDevice = errors.New("the issuer has no device flow for this client")
)

const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"

// defaultInterval is how long to wait between two questions where the issuer does not say (RFC 8628, 3.2).
const defaultInterval = 5 * time.Second

// Device is a sign-in that an issuer waits for: a person types UserCode at the page URL.
type Device struct {
	Code          secret.Value
	UserCode      string
	URL, Complete string // Complete has the code in it; empty for none
	ExpiresAt     time.Time
	Interval      time.Duration
}

// shownCode is what a code may be that a terminal shows.
var shownCode = regexp.MustCompile(`^[0-9A-Za-z-]{4,40}$`)

// BeginDevice begins a device flow. Its error is ErrUnavailable or ErrNoDevice.
func (c *Client) BeginDevice(ctx context.Context, i *store.Issuer, clientSecret secret.Value) (*Device, error) {
	ctx, cancel := c.with(ctx, i)
	defer cancel()
	config, _, _, err := c.config(ctx, i, clientSecret, "")
	if err != nil {
		return nil, err
	}
	if config.Endpoint.DeviceAuthURL == "" {
		return nil, ErrNoDevice
	}
	var options []oauth2.AuthCodeOption
	if !clientSecret.IsEmpty() {
		options = append(options, oauth2.SetAuthURLParam("client_secret", keys.Sent(clientSecret)))
	}
	got, err := config.DeviceAuth(ctx, options...)
	switch code := codeOf(err); {
	case code == "unauthorized_client" || code == "unsupported_grant_type":
		return nil, ErrNoDevice
	case err != nil:
		return nil, fmt.Errorf("%w: it did not begin a device flow", ErrUnavailable)
	case !shownCode.MatchString(got.UserCode) || !isPage(got.VerificationURI) || got.DeviceCode == "":
		return nil, fmt.Errorf("%w: its answer has no code or no page that can be shown", ErrUnavailable)
	}
	out := &Device{
		Code: secret.New(got.DeviceCode), UserCode: got.UserCode, URL: got.VerificationURI, ExpiresAt: got.Expiry,
		Interval: max(time.Duration(got.Interval)*time.Second, 0),
	}
	if out.Interval == 0 {
		out.Interval = defaultInterval
	}
	if isPage(got.VerificationURIComplete) {
		out.Complete = got.VerificationURIComplete
	}
	return out, nil
}

// isPage reports whether a terminal may show a text as the address of a page.
func isPage(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.String() == s
}

// PollDevice asks once whether the person has answered, and decides whether the ID token counts. Its error is one of
// those above, or as that of Exchange.
func (c *Client) PollDevice(
	ctx context.Context, i *store.Issuer, clientSecret, code secret.Value,
) (*Answer, error) {
	ctx, cancel := c.with(ctx, i)
	defer cancel()
	config, provider, _, err := c.config(ctx, i, clientSecret, "")
	if err != nil {
		return nil, err
	}
	// oauth2's own DeviceAccessToken waits between its questions: the command does that.
	token, err := config.Exchange(ctx, "", oauth2.SetAuthURLParam("grant_type", grantDevice),
		oauth2.SetAuthURLParam("device_code", keys.Sent(code)))
	if err != nil {
		return nil, deviceReason(err)
	}
	id, _ := token.Extra("id_token").(string)
	want := Expected{Issuer: i.URL, ClientID: i.ClientID, ACR: i.RequiredACR, AMR: i.RequiredAMR}
	claims, err := c.verified(ctx, i, secret.New(id), want)
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, i, provider, token, claims)
}

func deviceReason(err error) error {
	switch codeOf(err) {
	case "authorization_pending":
		return ErrPending
	case "slow_down":
		return ErrSlowDown
	case "access_denied":
		return ErrDenied
	case "expired_token":
		return ErrExpired
	}
	return reasonOf(err)
}

// codeOf returns the error code of an answer of an issuer; empty for none.
func codeOf(err error) string {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return ""
	}
	if refused.ErrorCode != "" {
		return refused.ErrorCode
	}
	var body struct{ Error string }
	_ = json.Unmarshal(refused.Body, &body)
	return body.Error
}
