// Package client speaks to the platform over HTTP, with retries, idempotency keys and typed errors. It knows nothing of
// Terraform.
//
//	c, err := client.New(client.Config{Endpoint: endpoint, Token: token})
//	t, err := c.ScopedTokens().Create(ctx, api.ScopedTokenCreate{…})
//
// A method of a sub-client such as ScopedTokens says which request is sent. operation.go and rotation.go make the
// request, request.go sends it, retry.go decides about its retries, and transport.go makes each attempt.
package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Defaults of Config, and how long a write that was already sent may outlive its caller's context.
const (
	DefaultMaxRetries     = 4
	DefaultRequestTimeout = 30 * time.Second
	Grace                 = 20 * time.Second
)

// Config says which platform the client speaks to, and how long it waits and retries.
type Config struct {
	// Endpoint is the base URL; CheckEndpoint says what is accepted.
	Endpoint string
	// Token is the token of the principal that the client acts as.
	Token secret.Value
	// Workload is the workload identity that the client acts as, in place of Token. Nil is none.
	Workload *Workload
	// SignsIn is of a client without a token, for BeginLogin, PollLogin and EndLogin.
	SignsIn bool
	// MaxRetries is how often a failed request is repeated. 0 is never.
	MaxRetries int
	// RequestTimeout bounds each attempt. 0 is DefaultRequestTimeout.
	RequestTimeout time.Duration
	// RequestsPerSecond bounds the requests of this process to the endpoint, retries and those of other clients with the
	// same bound included. 0 is no bound.
	RequestsPerSecond float64
	// CAFile has certificate authorities in PEM. They are trusted besides those of the system. This and the other files
	// are read again when they change.
	CAFile string
	// ClientCertificateFile and ClientKeyFile are for mutual TLS: both in PEM, both set or neither.
	ClientCertificateFile, ClientKeyFile string
	// UserAgent is sent with every request.
	UserAgent string
	// Log gets every attempt. Nil is no log.
	Log func(context.Context, Event)
	// Clock says when an access token is renewed, and is what a Retry-After that is a date is compared with where the
	// answer has no Date. Nil is the clock of the machine.
	Clock clock.Clock
	// Random spreads retries and renewals. It returns numbers in [0,1). Nil is math/rand.
	Random func() float64
}

// Event is one attempt of one request. It has nothing that could be secret.
type Event struct {
	Method  string
	Route   string
	Attempt int
	// Status is 0 without a response. Failure then says why.
	Status    int
	Failure   string
	RequestID string
}

// Client speaks to one platform as one principal. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	token     secret.Value
	workload  *tokenSource // nil: token is sent
	userAgent string
	grace     time.Duration
	http      *retryablehttp.Client
	clock     clock.Clock
	wait      func(context.Context, time.Duration) error
	here      *api.Identity // nil: not known
	known     *known
	writes    *writes
	refresh   *refresh // nil: reads share nothing
}

// New makes a client. It sends nothing.
func New(cfg Config) (*Client, error) {
	if err := CheckEndpoint(cfg.Endpoint); err != nil {
		return nil, fmt.Errorf("the endpoint %w", err)
	}
	base, err := url.Parse(strings.TrimRight(cfg.Endpoint, "/"))
	if err != nil {
		return nil, errors.New("the endpoint is not a URL")
	}
	if cfg.Workload == nil && !cfg.SignsIn {
		if err := CheckToken(cfg.Token); err != nil {
			return nil, fmt.Errorf("the token %w", err)
		}
	}
	connections, err := certificatesOf(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.RequestTimeout <= 0 {
		cfg.RequestTimeout = DefaultRequestTimeout
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System()
	}
	if cfg.Random == nil {
		cfg.Random = mathrand.Float64
	}
	if cfg.Log == nil {
		cfg.Log = func(context.Context, Event) {}
	}

	attempts := &transport{
		next: connections, pace: paceOf(base.String(), cfg.RequestsPerSecond), clock: cfg.Clock, timeout: cfg.RequestTimeout,
		log: cfg.Log,
	}
	retry := retryablehttp.NewClient()
	retry.Logger = nil
	retry.RetryMax = max(cfg.MaxRetries, 0)
	retry.CheckRetry = checkRetry
	retry.Backoff = backoff(cfg.Clock, cfg.Random)
	retry.ErrorHandler = retryablehttp.PassthroughErrorHandler
	retry.HTTPClient = &http.Client{
		Transport: attempts,
		// The client follows no redirect: the authorization header must not reach another origin, and a write must not be
		// repeated elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	secrets := newKnown()
	secrets.supplied(cfg.Token.Expose())
	c := &Client{
		base: base, token: cfg.Token, userAgent: cfg.UserAgent, grace: Grace, http: retry, clock: cfg.Clock, wait: sleep,
		known: secrets, writes: allWrites.at(base.String(), func() *writes { return &writes{} }),
	}
	if cfg.Workload != nil {
		c.workload = c.newTokenSource(*cfg.Workload, cfg.Random)
	}
	return c, nil
}

// newKey makes an idempotency key for one operation.
func newKey() string { return rand.Text() }

// CheckEndpoint checks a base URL. Its error completes the sentence "endpoint …". The error does not repeat the URL,
// which can hold a password by mistake.
func CheckEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return errors.New("must be a URL such as https://platform.example.com")
	case u.User != nil:
		return errors.New("must not contain a user name or a password: the token belongs into the attribute token")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("must not have a query or a fragment")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("must be https: http is accepted for a loopback address only, " +
			"because it would send the token in clear")
	}
	return errors.New("must be an https URL, or an http URL of a loopback address")
}

// CheckToken checks that a token can be sent. Its error completes the sentence "token …".
func CheckToken(token secret.Value) error {
	if token.IsEmpty() {
		return errors.New("must not be empty")
	}
	if strings.ContainsFunc(token.Expose(), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("contains white space or characters that are not ASCII: " +
			"was it read from a file with a line end? Remove that, in a configuration with trimspace()")
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// proxyFromEnvironment replaces the error of the standard library, which prints the proxy's password.
func proxyFromEnvironment(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errProxy
	}
	return u, nil
}

var errProxy = errors.New("the environment names a proxy (HTTPS_PROXY, HTTP_PROXY) that is not a URL")
