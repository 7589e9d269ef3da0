package people

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// discoveryFresh is how long the endpoints of an issuer are used before they are read again.
	discoveryFresh = 15 * time.Minute
	// asks limits what a sign-in waits for one answer of an issuer.
	asks = 10 * time.Second
)

// ErrRefused is of an issuer that does not take a code or a refresh token: it was used, has ended, or the person is
// disabled.
var ErrRefused = errors.New("the issuer does not accept it")

// ErrUnavailable is of an issuer that cannot be asked now, or whose answer cannot be read.
var ErrUnavailable = errors.New("the issuer cannot be asked")

// RefusedError is the error of a token that an issuer sent and that does not count.
type RefusedError struct{ Reason string }

// Error says why.
func (r *RefusedError) Error() string { return "the ID token is refused: " + r.Reason }

// Client asks issuers. It is safe for concurrent use.
type Client struct {
	verifier *workload.Verifier
	clock    clock.Clock

	mu    sync.Mutex
	known map[string]discovered
}

type discovered struct {
	provider *oidc.Provider
	at       time.Time
}

// NewClient returns a client that has asked nobody yet. Verifier has the keys of issuers and the way to them.
func NewClient(verifier *workload.Verifier, c clock.Clock) *Client {
	return &Client{verifier: verifier, clock: c, known: map[string]discovered{}}
}

// Answer is what an issuer answered to a code or a refresh token.
type Answer struct {
	Said         Said
	RefreshToken secret.Value // empty for none
	AccessToken  secret.Value
}

// with returns a context in which the libraries go the guarded way to an issuer.
func (c *Client) with(ctx context.Context, i *store.Issuer) (context.Context, context.CancelFunc) {
	client := &http.Client{Transport: c.verifier.Way(i.URL)} //nolint:forbidigo // its transport is that of egress
	ctx, cancel := context.WithTimeout(ctx, asks)
	return oidc.ClientContext(ctx, client), cancel
}

// provider reads the discovery document of an issuer, unless that was done a moment ago.
func (c *Client) provider(ctx context.Context, i *store.Issuer) (*oidc.Provider, error) {
	now := c.clock.Now()
	c.mu.Lock()
	found, ok := c.known[i.URL]
	c.mu.Unlock()
	if ok && !now.Before(found.at) && now.Sub(found.at) < discoveryFresh {
		return found.provider, nil
	}
	// The keys are the verifier's: the provider needs no context that lasts.
	provider, err := oidc.NewProvider(ctx, i.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: its discovery document cannot be read, or is of another issuer", ErrUnavailable)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[i.URL] = discovered{provider, now}
	return provider, nil
}

// Metadata is what a discovery document says besides the endpoints.
type Metadata struct {
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	Scopes      []string `json:"scopes_supported"`
	// ResponseIssuer says that every authorization response has the parameter iss (RFC 9207).
	ResponseIssuer bool `json:"authorization_response_iss_parameter_supported"`
}

func (c *Client) config(
	ctx context.Context, i *store.Issuer, clientSecret secret.Value, redirect string,
) (*oauth2.Config, *oidc.Provider, Metadata, error) {
	var m Metadata
	provider, err := c.provider(ctx, i)
	if err != nil {
		return nil, nil, m, err
	}
	if err := provider.Claims(&m); err != nil {
		return nil, nil, m, fmt.Errorf("%w: its discovery document cannot be read", ErrUnavailable)
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if len(m.AuthMethods) > 0 && !slices.Contains(m.AuthMethods, "client_secret_basic") || clientSecret.IsEmpty() {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: i.ClientID, ClientSecret: keys.Sent(clientSecret), Endpoint: endpoint, RedirectURL: redirect,
		Scopes: m.scopes(),
	}, provider, m, nil
}

// scopes lists what is asked for. An issuer may refuse a scope that it does not support.
func (m Metadata) scopes() []string {
	out := []string{oidc.ScopeOpenID}
	for _, scope := range []string{"profile", "email", "groups", oidc.ScopeOfflineAccess} {
		if slices.Contains(m.Scopes, scope) || m.Scopes == nil && (scope == "profile" || scope == "email") {
			out = append(out, scope)
		}
	}
	return out
}

// Start is what a sign-in begins with.
type Start struct{ State, Nonce, Verifier, Redirect string }

// AuthURL returns where a browser goes to sign in.
func (c *Client) AuthURL(ctx context.Context, i *store.Issuer, s Start) (string, error) {
	ctx, cancel := c.with(ctx, i)
	defer cancel()
	config, _, _, err := c.config(ctx, i, secret.Value{}, s.Redirect)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)}
	if len(i.RequiredACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", i.RequiredACR[0]))
	}
	return config.AuthCodeURL(s.State, options...), nil
}

// SaysIssuer reports whether an issuer names itself in each authorization response (RFC 9207).
func (c *Client) SaysIssuer(ctx context.Context, i *store.Issuer) (bool, error) {
	ctx, cancel := c.with(ctx, i)
	defer cancel()
	_, _, m, err := c.config(ctx, i, secret.Value{}, "")
	return m.ResponseIssuer, err
}

// Exchange exchanges a code, and decides whether the ID token counts. Its error is ErrRefused, ErrUnavailable or a
// *RefusedError.
func (c *Client) Exchange(
	ctx context.Context, i *store.Issuer, clientSecret secret.Value, code string, s Start,
) (*Answer, error) {
	ctx, cancel := c.with(ctx, i)
	defer cancel()
	config, provider, _, err := c.config(ctx, i, clientSecret, s.Redirect)
	if err != nil {
		return nil, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return nil, reasonOf(err)
	}
	id, _ := token.Extra("id_token").(string)
	want := Expected{
		Issuer: i.URL, ClientID: i.ClientID, Nonce: s.Nonce, ACR: i.RequiredACR, AMR: i.RequiredAMR,
	}
	claims, err := c.verified(ctx, i, secret.New(id), want)
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, i, provider, token, claims)
}

// Again asks an issuer whether it still knows whom it has signed in, with what it gave for that: a refresh token or an
// access token. Its error is as that of Exchange.
func (c *Client) Again(
	ctx context.Context, i *store.Issuer, clientSecret, with secret.Value, kind, subject string,
) (*Answer, error) {
	ctx, cancel := c.with(ctx, i)
	defer cancel()
	config, provider, _, err := c.config(ctx, i, clientSecret, "")
	if err != nil {
		return nil, err
	}
	token := &oauth2.Token{AccessToken: keys.Sent(with)}
	if kind == store.SealedRefresh {
		if token, err = config.TokenSource(ctx, &oauth2.Token{RefreshToken: keys.Sent(with)}).Token(); err != nil {
			return nil, reasonOf(err)
		}
	}
	claims := map[string]any{}
	if id, there := token.Extra("id_token").(string); there {
		want := Expected{Issuer: i.URL, ClientID: i.ClientID, Subject: subject}
		if claims, err = c.verified(ctx, i, secret.New(id), want); err != nil {
			return nil, err
		}
	} else if provider.UserInfoEndpoint() != "" {
		if claims, err = userInfo(ctx, provider, token.AccessToken); err != nil {
			return nil, err
		}
	}
	if text(claims, "sub") != subject {
		return nil, &RefusedError{ReasonSubject}
	}
	return c.answer(ctx, i, provider, token, claims)
}

// verified returns the claims of an ID token that counts.
func (c *Client) verified(
	ctx context.Context, i *store.Issuer, idToken secret.Value, want Expected,
) (map[string]any, error) {
	t := workload.Read(idToken)
	switch r := c.verifier.Signed(ctx, i.URL, t); r.Reason {
	case "":
	case workload.ReasonUnavailable, workload.ReasonUnknownKey: // new keys are fetched every 30 seconds at most
		return nil, fmt.Errorf("%w: the key that has signed cannot be fetched", ErrUnavailable)
	default:
		return nil, &RefusedError{r.Reason}
	}
	if reason := Decide(t.Type(), t.Claims(), want, c.clock.Now()); reason != "" {
		return nil, &RefusedError{reason}
	}
	return t.Claims(), nil
}

// answer puts together what the ID token and, where it leaves something open, userinfo say.
func (c *Client) answer(
	ctx context.Context, i *store.Issuer, provider *oidc.Provider, token *oauth2.Token, claims map[string]any,
) (*Answer, error) {
	if provider.UserInfoEndpoint() != "" && lacks(claims, i.GroupsClaim) {
		more, err := userInfo(ctx, provider, token.AccessToken)
		if err != nil {
			return nil, err
		}
		if text(more, "sub") != text(claims, "sub") {
			return nil, &RefusedError{ReasonSubject}
		}
		maps.Copy(more, claims)
		claims = more
	}
	return &Answer{
		Said: said(claims, i.GroupsClaim), RefreshToken: secret.New(token.RefreshToken),
		AccessToken: secret.New(token.AccessToken),
	}, nil
}

// reasonOf returns the error of a token endpoint without the texts of the issuer.
func reasonOf(err error) error {
	switch codeOf(err) {
	case "invalid_grant":
		return ErrRefused
	case "invalid_client", "unauthorized_client":
		return fmt.Errorf("%w: it does not accept the client; the operator checks client id and secret with "+
			"quickconnectd issuer list", ErrUnavailable)
	}
	return fmt.Errorf("%w: its token endpoint did not answer as expected", ErrUnavailable)
}
