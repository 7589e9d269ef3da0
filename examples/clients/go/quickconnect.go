// Package quickconnect is for programs that use the secrets of Quickconnect: tokens that renew themselves, the
// credentials of connectors, webhooks, and the check of tokens that others present. It uses the standard library only,
// and is one file, so that it is easy to copy. ../README.md has its contract.
package quickconnect

import (
	"bytes"
	"container/list"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math"
	mathrand "math/rand"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The defaults and limits. ../README.md says what they are for.
const (
	DefaultTolerance = 5 * time.Minute  // of webhook timestamps
	DefaultCacheTTL  = 10 * time.Second // of introspections
	DefaultCacheSize = 10_000           // introspections of each kind: accepted, and not

	requestTimeout = 10 * time.Second
	retryAfter     = 10 * time.Second // a failed renewal is not repeated earlier, while the old value is served
	outagePause    = time.Second      // how long introspections fail without a request after the platform failed
	maxRetryAfter  = time.Hour        // the longest Retry-After that counts
	maxFetchAgain  = 24 * time.Hour
	maxAnswer      = 1 << 20
	renewAt        = 0.8  // of the life of an access token
	renewJitter    = 0.05 // how much earlier, at most
)

// --- Errors ---

// Kind says what an error means for the caller.
type Kind string

// The kinds of errors.
const (
	Invalid     Kind = "invalid"     // the program or its configuration is wrong: a retry does not help
	Refused     Kind = "refused"     // the platform said no
	Unavailable Kind = "unavailable" // no usable answer: a retry later may help
	NotGenuine  Kind = "not_genuine" // a webhook delivery that no known secret has signed just now
)

// Error is every error of this package. No text repeats a secret.
type Error struct {
	Kind Kind
	// Code is more precise: a code of the platform, or one of ../README.md. It may be empty.
	Code string
	// Status is the platform's status; 0 where there was no answer.
	Status int
	// RetryAfter is how long the platform wants to be left alone.
	RetryAfter time.Duration

	text  string
	cause error
}

func (e *Error) Error() string { return e.text }
func (e *Error) Unwrap() error { return e.cause }

func invalid(code, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: code, text: fmt.Sprintf(format, args...)}
}

func notGenuine(code, text string) *Error { return &Error{Kind: NotGenuine, Code: code, text: text} }

// unavailable takes no text of net/http with a URL in it.
func unavailable(what string, cause error) *Error {
	var of *url.Error
	if errors.As(cause, &of) {
		cause = of.Err
	}
	text := what
	if cause != nil {
		text += ": " + cause.Error()
	}
	return &Error{Kind: Unavailable, text: text, cause: cause}
}

// --- Secrets ---

const redacted = "[redacted]"

// Secret is a text that does not print itself. Only Expose returns it.
type Secret struct {
	expose func() string // a func, so that printing by reflection shows an address
}

// NewSecret makes a secret of a text.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Expose returns the text.
func (s Secret) Expose() string {
	if s.expose == nil {
		return ""
	}
	return s.expose()
}

// Equal compares in constant time.
func (s Secret) Equal(other Secret) bool {
	return hmac.Equal([]byte(s.Expose()), []byte(other.Expose()))
}

func (s Secret) String() string               { return redacted }
func (s Secret) GoString() string             { return redacted }
func (s Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, redacted) }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// --- The format of tokens ---

// The prefixes of token values.
const (
	ScopedToken    = "qct_"
	AccessToken    = "qca_"
	PrincipalToken = "qcp_"
)

const (
	base62        = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	entropyChars  = 30
	checksumChars = 6
)

// CheckToken finds a typo in a token without a request. It takes every prefix where none is given. A token without an
// error may still be one that the platform never made.
func CheckToken(text string, prefixes ...string) error {
	if len(prefixes) == 0 {
		prefixes = []string{ScopedToken, AccessToken, PrincipalToken}
	}
	prefix := ""
	for _, p := range prefixes {
		if strings.HasPrefix(text, p) {
			prefix = p
		}
	}
	rest := strings.TrimPrefix(text, prefix)
	switch {
	case prefix == "":
		return invalid("token_prefix", "the token does not begin with %s", strings.Join(prefixes, " or "))
	case strings.Trim(rest, base62) != "":
		return invalid("token_character", "after %s the token has a character that is no letter and no digit", prefix)
	case len(rest) != entropyChars+checksumChars:
		return invalid("token_length", "after %s the token has %d characters and not %d: a part is missing, or there twice",
			prefix, len(rest), entropyChars+checksumChars)
	case checksum(text[:len(text)-checksumChars]) != text[len(text)-checksumChars:]:
		return invalid("token_checksum", "the checksum of the token is wrong: it has a typo")
	}
	return nil
}

// checksum is a CRC-32 (IEEE) in base62.
func checksum(s string) string {
	out := bytes.Repeat([]byte("0"), checksumChars)
	for i, n := len(out)-1, crc32.ChecksumIEEE([]byte(s)); n > 0; i, n = i-1, n/62 {
		out[i] = base62[n%62]
	}
	return string(out)
}

// --- Values that are fetched again ---

// kept is a value that is fetched again when it is due, by one fetch at a time. While that runs, and after it failed,
// the old value is served as long as it is good.
type kept[T any] struct {
	now     func() time.Time
	fetch   func(context.Context) (lease[T], error)
	refusal bool // a platform that refuses the token (401, 403) ends the old value too
	failed  func(error)

	mu        sync.Mutex
	held      *lease[T]
	retryAt   time.Time // the old value is served without another attempt until then
	waitUntil time.Time // the platform wants to be left alone until then
	failure   error
	flight    *flight[T]
}

type lease[T any] struct {
	value  T
	due    time.Time
	endsAt time.Time // zero: none
}

func (l *lease[T]) good(now time.Time) bool {
	return l != nil && (l.endsAt.IsZero() || now.Before(l.endsAt))
}

type flight[T any] struct {
	done  chan struct{}
	value T
	err   error
}

func (k *kept[T]) get(ctx context.Context) (out T, err error) {
	k.mu.Lock()
	now := k.now()
	good := k.held.good(now)
	switch {
	case good && (now.Before(k.held.due) || now.Before(k.retryAt) || k.flight != nil):
		defer k.mu.Unlock()
		return k.held.value, nil
	case !good && k.flight == nil && now.Before(k.waitUntil):
		defer k.mu.Unlock()
		return out, k.failure
	}
	f := k.flight
	if f == nil {
		f = &flight[T]{done: make(chan struct{})}
		k.flight = f
		go k.run(context.WithoutCancel(ctx), f) // others wait for it: one caller that gives up does not end it
	}
	k.mu.Unlock()
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

func (k *kept[T]) run(ctx context.Context, f *flight[T]) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	fetched, err := k.fetch(ctx)
	if err != nil && k.failed != nil {
		k.failed(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	defer close(f.done)
	k.flight = nil
	if err == nil {
		k.held, k.retryAt, k.waitUntil = &fetched, time.Time{}, time.Time{}
	} else {
		var e *Error
		wait := time.Duration(0)
		if errors.As(err, &e) {
			wait = e.RetryAfter
			if k.refusal && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden) {
				k.held = nil
			}
		}
		now := k.now()
		k.failure, k.waitUntil, k.retryAt = err, now.Add(wait), now.Add(max(wait, retryAfter))
	}
	if f.err = err; k.held.good(k.now()) {
		f.value, f.err = k.held.value, nil
	}
}

// forget has the next get fetch, if this is still the value.
func (k *kept[T]) forget(is func(T) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held != nil && is(k.held.value) {
		k.held = nil
	}
}

// --- Token sources ---

// TokenSource has the token that a program sends.
type TokenSource interface {
	Token(context.Context) (Secret, error)
	// Refused says that this token was answered with 401. The next Token is another one, if the source can get one.
	Refused(Secret)
}

type staticToken struct{ token Secret }

// StaticToken is a token that the program has.
func StaticToken(text string) (TokenSource, error) {
	text = strings.TrimSpace(text)
	if err := CheckToken(text); err != nil {
		return nil, err
	}
	return staticToken{NewSecret(text)}, nil
}

func (s staticToken) Token(context.Context) (Secret, error) { return s.token, nil }
func (s staticToken) Refused(Secret)                        {}

type environmentToken struct{ name string }

// EnvironmentToken is the token in an environment variable.
func EnvironmentToken(name string) TokenSource { return environmentToken{name} }

func (s environmentToken) Token(context.Context) (Secret, error) {
	return checked("the environment variable "+s.name, os.Getenv(s.name), CheckToken)
}

func (s environmentToken) Refused(Secret) {}

type fileToken struct {
	path string

	mu      sync.Mutex
	last    Secret
	refused bool
}

// FileToken is the token in a file, which is read for every use: a replaced one counts at once. While the file cannot be
// used, because it is being replaced, the last token goes on until it is refused.
func FileToken(path string) TokenSource { return &fileToken{path: path} }

func (s *fileToken) Token(context.Context) (Secret, error) {
	read, err := readSecret(s.path, CheckToken)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if s.last.Expose() != "" && !s.refused {
			return s.last, nil
		}
		return Secret{}, err
	}
	if !read.Equal(s.last) {
		s.last, s.refused = read, false
	}
	return read, nil
}

func (s *fileToken) Refused(token Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = s.refused || token.Equal(s.last)
}

func readSecret(path string, check func(string, ...string) error) (Secret, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Secret{}, &Error{Kind: Invalid, Code: "source", text: "read a token: " + err.Error(), cause: err}
	}
	return checked("the file "+path, string(data), check)
}

func checked(where, text string, check func(string, ...string) error) (Secret, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Secret{}, invalid("source", "%s has no token", where)
	}
	if err := check(text); err != nil {
		var of *Error
		errors.As(err, &of)
		return Secret{}, invalid(of.Code, "%s: %s", where, of.text)
	}
	return NewSecret(text), nil
}

// ExchangeOptions say which token is exchanged for an access token.
type ExchangeOptions struct {
	Endpoint string
	// SubjectVariable or SubjectFile has the token that is exchanged: a workload's JWT, or a scoped token. It is read for
	// every renewal.
	SubjectVariable, SubjectFile string
	// Identity is the id of the workload identity, or its name in Tenant and Environment. Only for a JWT.
	Identity, Tenant, Environment string
	// Scope narrows what the access token may do; empty: all that the subject may.
	Scope string
	// TTL is how long the access token lives; 0: as the platform says.
	TTL time.Duration
	// HTTP, Now and Jitter (0 to 1) are for tests, and for private authorities.
	HTTP   *http.Client
	Now    func() time.Time
	Jitter func() float64
	// Failed learns of renewals that failed, also where the old token goes on.
	Failed func(error)
}

// Exchange is a token source that exchanges a token for access tokens (RFC 8693) and renews them.
type Exchange struct {
	options ExchangeOptions
	client  *http.Client
	token   *kept[Secret]
}

// NewExchange makes no request.
func NewExchange(o ExchangeOptions) (*Exchange, error) {
	if _, err := originOf(o.Endpoint); err != nil {
		return nil, err
	}
	if (o.SubjectVariable == "") == (o.SubjectFile == "") {
		return nil, invalid("source", "an exchange needs either the variable or the file of the token that it exchanges")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = mathrand.Float64
	}
	x := &Exchange{options: o, client: without(o.HTTP)}
	x.token = &kept[Secret]{now: o.Now, fetch: x.exchange, failed: o.Failed}
	return x, nil
}

// Token returns an access token.
func (x *Exchange) Token(ctx context.Context) (Secret, error) { return x.token.get(ctx) }

// Refused has the next Token exchange again.
func (x *Exchange) Refused(token Secret) { x.token.forget(token.Equal) }

func (x *Exchange) exchange(ctx context.Context) (out lease[Secret], err error) {
	form, err := x.form()
	if err != nil {
		return out, err
	}
	began := x.options.Now()
	answer, err := send(ctx, x.client, http.MethodPost, x.options.Endpoint+"/v1/token",
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	if err != nil {
		return out, err
	}
	var body struct {
		AccessToken string  `json:"access_token"`
		ExpiresIn   float64 `json:"expires_in"`
	}
	if json.Unmarshal(answer, &body) != nil || CheckToken(body.AccessToken, AccessToken) != nil ||
		!(body.ExpiresIn > 0 && body.ExpiresIn < math.MaxInt32) {
		return out, unavailable("the platform's answer has no access token", nil)
	}
	life := time.Duration(body.ExpiresIn * float64(time.Second))
	due := time.Duration(float64(life) * (renewAt - renewJitter*x.options.Jitter()))
	return lease[Secret]{NewSecret(body.AccessToken), began.Add(due), began.Add(life)}, nil
}

func (x *Exchange) form() (url.Values, error) {
	o := x.options
	subject, err := readSubject(o)
	if err != nil {
		return nil, err
	}
	form := url.Values{
		"grant_type":    {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"subject_token": {subject.Expose()}, "subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
	}
	if !strings.HasPrefix(subject.Expose(), ScopedToken) {
		form.Set("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
		for name, value := range map[string]string{
			"identity": o.Identity, "tenant": o.Tenant, "environment": o.Environment,
		} {
			if value != "" {
				form.Set(name, value)
			}
		}
	}
	if o.Scope != "" {
		form.Set("scope", o.Scope)
	}
	if o.TTL > 0 {
		form.Set("ttl", strconv.FormatInt(int64(o.TTL/time.Second), 10))
	}
	return form, nil
}

func readSubject(o ExchangeOptions) (Secret, error) {
	if o.SubjectFile != "" {
		return readSecret(o.SubjectFile, checkSubject)
	}
	return checked("the environment variable "+o.SubjectVariable, os.Getenv(o.SubjectVariable), checkSubject)
}

var jwtPattern = regexp.MustCompile(`^[^.\s]+\.[^.\s]+\.[^.\s]+$`)

// checkSubject knows the format of scoped tokens only. A JWT is for the platform to check.
func checkSubject(text string, _ ...string) error {
	if strings.HasPrefix(text, "qc") {
		return CheckToken(text, ScopedToken)
	}
	if !jwtPattern.MatchString(text) {
		return invalid("token_prefix", "the token to exchange is neither a JWT nor a scoped token (%s)", ScopedToken)
	}
	return nil
}

// --- Requests ---

// ClientOptions say where requests go, and with which token.
type ClientOptions struct {
	// Endpoint is the platform's URL, or that of a service which takes its tokens: https, or http on this machine.
	Endpoint string
	Tokens   TokenSource
	// HTTP is for tests, and for private authorities.
	HTTP *http.Client
	Now  func() time.Time
}

// Client sends requests to one origin with a token, and repeats one that is answered with 401 once, with a new token.
type Client struct {
	endpoint string
	origin   string
	tokens   TokenSource
	http     *http.Client
	now      func() time.Time
}

// NewClient makes no request.
func NewClient(o ClientOptions) (*Client, error) {
	origin, err := originOf(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if o.Tokens == nil {
		return nil, invalid("source", "a client needs a token source")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Client{strings.TrimSuffix(o.Endpoint, "/"), origin, o.Tokens, without(o.HTTP), o.Now}, nil
}

// without returns a client that follows no redirect: it could carry the token to another host.
func without(given *http.Client) *http.Client {
	out := &http.Client{Timeout: requestTimeout}
	if given != nil {
		*out = *given
	}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return out
}

// originOf checks an endpoint and returns its scheme and host.
func originOf(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", invalid("endpoint", "the endpoint must be a URL such as https://quickconnect.example.com")
	}
	address := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || address != nil && address.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return "", invalid("endpoint", "the endpoint must begin with https: a token must not travel in clear")
	}
	return u.Scheme + "://" + u.Host, nil
}

// Do sends a request. An answer of 401 is repeated once with another token, if there is one, and if the body can be sent
// again (GetBody, as http.NewRequest sets it for bytes and texts).
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	token, err := c.tokenFor(r)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	answer, err := c.http.Do(carrying(r, r.Body, token))
	if err != nil {
		return nil, unavailable("the server cannot be reached", err)
	}
	if answer.StatusCode != http.StatusUnauthorized {
		return answer, nil
	}
	c.tokens.Refused(token)
	body, ok := bodyOf(r)
	if !ok {
		return answer, nil
	}
	next, err := c.tokens.Token(r.Context())
	if err != nil || next.Equal(token) {
		return answer, nil
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	_ = answer.Body.Close()
	if answer, err = c.http.Do(carrying(r, body, next)); err != nil {
		return nil, unavailable("the server cannot be reached", err)
	}
	if answer.StatusCode == http.StatusUnauthorized {
		c.tokens.Refused(next)
	}
	return answer, nil
}

func (c *Client) tokenFor(r *http.Request) (Secret, error) {
	if r.URL.Scheme+"://"+r.URL.Host != c.origin {
		return Secret{}, invalid("endpoint", "the token of this client is for %s only", c.origin)
	}
	return c.tokens.Token(r.Context())
}

func carrying(r *http.Request, body io.ReadCloser, token Secret) *http.Request {
	out := r.Clone(r.Context())
	out.Body = body
	out.Header.Set("Authorization", "Bearer "+token.Expose())
	return out
}

// bodyOf returns the body of a request once more.
func bodyOf(r *http.Request) (body io.ReadCloser, ok bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return r.Body, true
	}
	if r.GetBody == nil {
		return nil, false
	}
	body, err := r.GetBody()
	return body, err == nil
}

// call sends a request to the platform and returns its answer.
func (c *Client) call(ctx context.Context, method, path string, header http.Header, body []byte) ([]byte, error) {
	return sendBy(ctx, c.Do, method, c.endpoint+path, header, body)
}

func send(ctx context.Context, c *http.Client, method, to string, header http.Header, body []byte) ([]byte, error) {
	return sendBy(ctx, c.Do, method, to, header, body)
}

func sendBy(
	ctx context.Context, do func(*http.Request) (*http.Response, error), method, to string, header http.Header, body []byte,
) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return nil, invalid("endpoint", "the request cannot be made")
	}
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := do(r)
	var of *Error
	if errors.As(err, &of) {
		return nil, err
	}
	if err != nil {
		return nil, unavailable("the platform cannot be reached", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, unavailable("the platform's answer did not arrive whole", err)
	}
	if answer.StatusCode/100 != 2 {
		return nil, refusal(answer, text)
	}
	return text, nil
}

var codePattern = regexp.MustCompile(`^[a-z_]{1,64}$`)

// refusal takes only the code from an answer: its texts may be those of a proxy.
func refusal(answer *http.Response, text []byte) *Error {
	var problem struct{ Code string }
	_ = json.Unmarshal(text, &problem)
	if !codePattern.MatchString(problem.Code) {
		problem.Code = ""
	}
	out := &Error{Kind: Refused, Code: problem.Code, Status: answer.StatusCode}
	if seconds, err := strconv.ParseUint(answer.Header.Get("Retry-After"), 10, 31); err == nil {
		out.RetryAfter = min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if s := answer.StatusCode; s < 400 || s >= 500 || s == http.StatusRequestTimeout || s == http.StatusTooManyRequests {
		out.Kind = Unavailable
	}
	out.text = fmt.Sprintf("the platform answers %d %s", answer.StatusCode, problem.Code)
	if out.Status == http.StatusUnauthorized {
		out.text = "the platform refuses the token of this program"
	}
	return out
}

// Acknowledge says that the pending version of a scoped token (tok_…) or signing secret (sec_…) is in use. The client's
// token is that of a principal which may acknowledge, such as role runtime.
func (c *Client) Acknowledge(ctx context.Context, id string, version int64) error {
	kind := ""
	switch {
	case !idPattern.MatchString(id):
	case strings.HasPrefix(id, "tok_"):
		kind = "scoped-tokens"
	case strings.HasPrefix(id, "sec_"):
		kind = "signing-secrets"
	}
	if kind == "" || version < 1 {
		return invalid("id", "only a version of a scoped token (tok_…) or of a signing secret (sec_…) is acknowledged")
	}
	key := make([]byte, 16)
	_, _ = rand.Read(key)
	_, err := c.call(ctx, http.MethodPost, "/v1/"+kind+"/"+id+"/rotation/acknowledge", http.Header{
		"Content-Type": {"application/json"}, "Idempotency-Key": {hex.EncodeToString(key)},
	}, []byte(fmt.Sprintf(`{"version":%d}`, version)))
	return err
}

var idPattern = regexp.MustCompile(`^[a-z]{3}_[0-9A-Z]{26}$`)

// --- The credentials of a connector ---

// ConnectorCredentials are what the third party wants, in memory only.
type ConnectorCredentials struct {
	Version int64
	Values  map[string]Secret
}

// Credentials has the credentials of one connector, and fetches them again when the platform says.
type Credentials struct {
	client              *Client
	connector, consumer string
	held                *kept[*ConnectorCredentials]
}

// NewCredentials makes no request. The consumer is the name of the service, the same for all its instances.
func NewCredentials(c *Client, connector, consumer string) (*Credentials, error) {
	if !idPattern.MatchString(connector) || !strings.HasPrefix(connector, "con_") {
		return nil, invalid("id", "the connector must be an id such as con_01JT…")
	}
	if !consumerPattern.MatchString(consumer) {
		return nil, invalid("consumer", "the consumer must be 1 to 128 visible ASCII characters, such as the name of the service")
	}
	s := &Credentials{client: c, connector: connector, consumer: consumer}
	s.held = &kept[*ConnectorCredentials]{now: c.now, fetch: s.fetch, refusal: true}
	return s, nil
}

var consumerPattern = regexp.MustCompile(`^[!-~]{1,128}$`)

// Get returns the credentials. Those that are known go on while the platform cannot be reached, and end when it refuses
// the token.
func (s *Credentials) Get(ctx context.Context) (*ConnectorCredentials, error) { return s.held.get(ctx) }

// Refused says that the third party has refused these credentials: they may have been replaced. The next Get fetches.
func (s *Credentials) Refused(c *ConnectorCredentials) {
	s.held.forget(func(held *ConnectorCredentials) bool { return held == c })
}

func (s *Credentials) fetch(ctx context.Context) (out lease[*ConnectorCredentials], err error) {
	answer, err := s.client.call(ctx, http.MethodGet, "/v1/connectors/"+s.connector+"/credentials",
		http.Header{"Quickconnect-Consumer": {s.consumer}}, nil)
	if err != nil {
		return out, err
	}
	var body struct {
		Version      int64             `json:"version"`
		Credentials  map[string]string `json:"credentials"`
		FetchAgainAt time.Time         `json:"fetch_again_at"`
	}
	if json.Unmarshal(answer, &body) != nil || body.Version < 1 || body.Credentials == nil || body.FetchAgainAt.IsZero() {
		return out, unavailable("the platform's answer has no credentials", nil)
	}
	fetched := &ConnectorCredentials{body.Version, map[string]Secret{}}
	for name, value := range body.Credentials {
		fetched.Values[name] = NewSecret(value)
	}
	now := s.client.now()
	wait := min(max(body.FetchAgainAt.Sub(now), time.Second), maxFetchAgain)
	return lease[*ConnectorCredentials]{value: fetched, due: now.Add(wait)}, nil
}

// --- Webhooks ---

const (
	maxSecrets         = 32
	maxSignatures      = 32
	maxSignatureHeader = 16 << 10
	maxUnix            = 253402300799 // the year 9999
)

// webhookKey is one secret: HMAC (whsec_), an ed25519 key (whsk_), or its public half (whpk_).
type webhookKey struct {
	secret  []byte
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

func webhookKeys(secrets []Secret) ([]webhookKey, error) {
	if len(secrets) == 0 {
		return nil, invalid("no_secrets", "there is no secret to sign or verify with")
	}
	if len(secrets) > maxSecrets {
		return nil, invalid("too_many_secrets", "there are more than %d secrets", maxSecrets)
	}
	keys := make([]webhookKey, len(secrets))
	for i, s := range secrets {
		key, err := webhookKeyOf(s.Expose())
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	return keys, nil
}

func webhookKeyOf(text string) (k webhookKey, err error) {
	prefix, encoded, found := strings.Cut(text, "_")
	if !found || prefix != "whsec" && prefix != "whsk" && prefix != "whpk" {
		return k, invalid("secret_prefix", "a webhook secret must begin with whsec_, whsk_ or whpk_")
	}
	b, ok := decode(encoded)
	if !ok {
		return k, invalid("secret_encoding", "a webhook secret must be standard base64 with padding after its prefix")
	}
	switch {
	case prefix == "whsec" && len(b) >= 24 && len(b) <= 64:
		k.secret = b
	case prefix == "whsk" && len(b) == ed25519.SeedSize:
		k.private = ed25519.NewKeyFromSeed(b)
		k.public = ed25519.PublicKey(k.private[ed25519.SeedSize:])
	case prefix == "whpk" && len(b) == ed25519.PublicKeySize:
		k.public = b
	default:
		return k, invalid("secret_length", "a webhook secret has 24 to 64 bytes (whsec_), or 32 (whsk_, whpk_)")
	}
	return k, nil
}

// decode reads standard base64 with padding. It encodes the result again, to refuse what Go's decoder accepts: line ends
// and stray last bits.
func decode(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	return b, err == nil && base64.StdEncoding.EncodeToString(b) == text
}

// SignWebhook returns the header webhook-signature: one signature for each secret, in their order. Send the unix seconds
// of at as webhook-timestamp, and the body unchanged.
func SignWebhook(secrets []Secret, id string, at time.Time, body []byte) (string, error) {
	keys, err := webhookKeys(secrets)
	if err != nil {
		return "", err
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	if !deliveryID.MatchString(id) {
		return "", invalid("id", "the id must be 1 to 256 visible ASCII characters without a dot")
	}
	if !isTimestamp(timestamp) {
		return "", invalid("timestamp", "the timestamp must be between 1970 and 9999")
	}
	content := signedContent(id, timestamp, body)
	var entries []string
	for _, k := range keys {
		switch {
		case k.secret != nil:
			entries = append(entries, "v1,"+base64.StdEncoding.EncodeToString(mac(k.secret, content)))
		case k.private != nil:
			entries = append(entries, "v1a,"+base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, content)))
		default:
			return "", invalid("cannot_sign", "a public key (whpk_) cannot sign")
		}
	}
	return strings.Join(entries, " "), nil
}

// Delivery is a genuine webhook delivery.
type Delivery struct {
	ID        string
	Timestamp time.Time
	// Matched is the place of the first secret that signed it.
	Matched int
}

// VerifyWebhook checks a delivery by Standard Webhooks, and says which of the secrets signed it. The body is the bytes
// that came.
func VerifyWebhook(
	secrets []Secret, header http.Header, body []byte, now time.Time, tolerance time.Duration,
) (d Delivery, err error) {
	keys, err := webhookKeys(secrets)
	if err != nil {
		return d, err
	}
	if tolerance <= 0 {
		return d, invalid("tolerance", "the tolerance must be more than nothing")
	}
	id, timestamp, signatures, err := parseDelivery(header)
	if err != nil {
		return d, err
	}
	unix, _ := strconv.ParseInt(timestamp, 10, 64)
	at := time.Unix(unix, 0)
	switch {
	case now.Sub(at) > tolerance:
		return d, notGenuine("too_old", "the delivery is older than the tolerance allows")
	case at.Sub(now) > tolerance:
		return d, notGenuine("too_new", "the delivery is further ahead than the tolerance allows")
	case len(signatures) == 0:
		return d, notGenuine("unknown_versions", "no signature has a known version (v1, v1a)")
	}
	matched := firstMatch(keys, signatures, signedContent(id, timestamp, body))
	if matched < 0 {
		return d, notGenuine("no_match", "no signature matches")
	}
	return Delivery{id, at, matched}, nil
}

var deliveryID = regexp.MustCompile(`^[!-\-/-~]{1,256}$`)

func isTimestamp(text string) bool {
	unix, err := strconv.ParseInt(text, 10, 64)
	return err == nil && unix >= 0 && unix <= maxUnix && strconv.FormatInt(unix, 10) == text
}

func parseDelivery(header http.Header) (id, timestamp string, signatures []signature, err error) {
	var values [3]string
	for i, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		var found []string
		for key, v := range header {
			if strings.EqualFold(key, name) {
				found = append(found, v...)
			}
		}
		if len(found) != 1 { // programs differ in which of two they take
			code := map[bool]string{true: "header_missing", false: "header_doubled"}[len(found) == 0]
			return "", "", nil, notGenuine(code, "the header "+name+" is missing, or there more than once")
		}
		values[i] = found[0]
	}
	if !deliveryID.MatchString(values[0]) {
		return "", "", nil, notGenuine("id", "webhook-id is not 1 to 256 visible ASCII characters without a dot")
	}
	if !isTimestamp(values[1]) {
		return "", "", nil, notGenuine("timestamp", "webhook-timestamp is not unix seconds")
	}
	signatures, err = parseSignatures(values[2])
	return values[0], values[1], signatures, err
}

type signature struct {
	version string
	value   []byte
}

var signatureEntry = regexp.MustCompile(`^([!-+\--~]+),([!-~]+)$`)

// parseSignatures skips unknown versions. One malformed entry makes the header malformed: no sender writes one.
func parseSignatures(header string) (known []signature, err error) {
	entries := strings.SplitN(header, " ", maxSignatures+1)
	if len(entries) > maxSignatures {
		return nil, notGenuine("too_many_signatures", "webhook-signature has too many signatures")
	}
	if len(header) > maxSignatureHeader {
		return nil, notGenuine("signature_too_long", "webhook-signature is too long")
	}
	for _, entry := range entries {
		parts := signatureEntry.FindStringSubmatch(entry)
		if parts == nil {
			return nil, notGenuine("signature_malformed", "webhook-signature has a malformed entry")
		}
		size := map[string]int{"v1": sha256.Size, "v1a": ed25519.SignatureSize}[parts[1]]
		if size == 0 {
			continue
		}
		value, ok := decode(parts[2])
		if !ok || len(value) != size {
			return nil, notGenuine("signature_malformed", "webhook-signature has a malformed entry")
		}
		known = append(known, signature{parts[1], value})
	}
	return known, nil
}

// firstMatch compares every signature with every key, so that the time does not show which one matched.
func firstMatch(keys []webhookKey, signatures []signature, content []byte) int {
	matched := -1
	for i, k := range keys {
		var expected []byte
		if k.secret != nil {
			expected = mac(k.secret, content)
		}
		for _, s := range signatures {
			same := s.version == "v1" && expected != nil && hmac.Equal(s.value, expected) ||
				s.version == "v1a" && k.public != nil && ed25519.Verify(k.public, content, s.value)
			if same && matched < 0 {
				matched = i
			}
		}
	}
	return matched
}

func signedContent(id, timestamp string, body []byte) []byte {
	return append([]byte(id+"."+timestamp+"."), body...)
}

func mac(secret, content []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(content)
	return h.Sum(nil)
}

// --- Tokens that others present ---

// Introspection is what the platform says of a token (RFC 7662). Of one that is not accepted, only Active is set.
type Introspection struct {
	Active      bool   `json:"active"`
	Scope       string `json:"scope"`
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	ClientID    string `json:"client_id"`
	Subject     string `json:"sub"`
	ExpiresAt   int64  `json:"exp"`
	Version     int64  `json:"version"`
}

// Allows reports whether the token has a scope. messages:* covers what is below it, but never credentials:read.
func (a Introspection) Allows(scope string) bool {
	for _, has := range strings.Fields(a.Scope) {
		below, wildcard := strings.CutSuffix(has, "*")
		if has == scope || wildcard && strings.HasSuffix(below, ":") && strings.HasPrefix(scope, below) &&
			scope != "credentials:read" {
			return true
		}
	}
	return false
}

// IntrospectorOptions say how long answers are kept. Zero is the default.
type IntrospectorOptions struct {
	Client    *Client // with the token of a principal of role runtime
	CacheTTL  time.Duration
	CacheSize int
	// RemoteAddr finds the address of the caller, behind a proxy of yours; nil takes that of the connection.
	RemoteAddr func(*http.Request) string
}

// Introspector asks the platform about the tokens that callers present, and keeps the answers for a short time. What it
// cannot ask about is not accepted.
type Introspector struct {
	client     *Client
	ttl        time.Duration
	remoteAddr func(*http.Request) string

	mu sync.Mutex
	// Apart, so that a flood of wrong tokens does not drive out the right ones.
	accepted, others *cache
	flights          map[cacheKey]*flight[Introspection]
	pausedUntil      time.Time
}

// NewIntrospector makes no request.
func NewIntrospector(o IntrospectorOptions) *Introspector {
	if o.CacheTTL <= 0 {
		o.CacheTTL = DefaultCacheTTL
	}
	if o.CacheSize <= 0 {
		o.CacheSize = DefaultCacheSize
	}
	if o.RemoteAddr == nil {
		o.RemoteAddr = peerOf
	}
	return &Introspector{
		client: o.Client, ttl: o.CacheTTL, remoteAddr: o.RemoteAddr, accepted: newCache(o.CacheSize),
		others: newCache(o.CacheSize), flights: map[cacheKey]*flight[Introspection]{},
	}
}

func peerOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	host, _, _ = strings.Cut(host, "%")
	return host
}

// Introspect returns what the platform says of a token that came from an address. An error means that nothing is known:
// the token must not be accepted.
func (i *Introspector) Introspect(ctx context.Context, token Secret, remoteAddr string) (out Introspection, err error) {
	if CheckToken(token.Expose(), ScopedToken, AccessToken) != nil {
		return out, nil // no platform made this one
	}
	key := cacheKey(sha256.Sum256([]byte(token.Expose() + "\x00" + remoteAddr)))
	i.mu.Lock()
	now := i.client.now()
	if known, ok := i.known(key, now); ok {
		defer i.mu.Unlock()
		return known.at(now)
	}
	if now.Before(i.pausedUntil) {
		defer i.mu.Unlock()
		return out, &Error{Kind: Unavailable, RetryAfter: i.pausedUntil.Sub(now), text: "the platform could not be asked just now"}
	}
	f := i.flights[key]
	if f == nil {
		f = &flight[Introspection]{done: make(chan struct{})}
		i.flights[key] = f
		go i.ask(context.WithoutCancel(ctx), key, f, token, remoteAddr)
	}
	i.mu.Unlock()
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

func (i *Introspector) known(key cacheKey, now time.Time) (cached, bool) {
	if c, ok := i.accepted.find(key, now); ok {
		return c, true
	}
	return i.others.find(key, now)
}

func (i *Introspector) ask(
	ctx context.Context, key cacheKey, f *flight[Introspection], token Secret, remoteAddr string,
) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	began := i.client.now()
	f.value, f.err = i.request(ctx, token, remoteAddr)
	i.mu.Lock()
	defer i.mu.Unlock()
	defer close(f.done)
	delete(i.flights, key)
	until := began.Add(i.ttl)
	var failure *Error
	switch {
	case f.err == nil && f.value.Active:
		if end := time.Unix(f.value.ExpiresAt, 0); f.value.ExpiresAt > 0 && end.Before(until) {
			until = end
		}
		i.accepted.put(key, cached{answer: f.value, until: until}, began)
	case f.err == nil:
		i.others.put(key, cached{until: until}, began)
	case errors.As(f.err, &failure) && failure.Code == "token_rate_limited":
		failure.RetryAfter = max(failure.RetryAfter, time.Second)
		i.others.put(key, cached{limited: failure, until: i.client.now().Add(failure.RetryAfter)}, began)
	case failure == nil || failure.Kind == Refused && failure.Status != http.StatusUnauthorized &&
		failure.Status != http.StatusForbidden: // it is about this request only
	default:
		failure.RetryAfter = max(failure.RetryAfter, outagePause)
		i.pausedUntil = i.client.now().Add(failure.RetryAfter)
	}
}

func (i *Introspector) request(ctx context.Context, token Secret, remoteAddr string) (out Introspection, err error) {
	form := url.Values{"token": {token.Expose()}}
	if remoteAddr != "" {
		form.Set("remote_addr", remoteAddr)
	}
	answer, err := i.client.call(ctx, http.MethodPost, "/v1/introspect",
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	if err != nil {
		return out, err
	}
	var body struct {
		Active *bool `json:"active"`
	}
	if json.Unmarshal(answer, &body) != nil || body.Active == nil || json.Unmarshal(answer, &out) != nil {
		return Introspection{}, unavailable("the platform's answer cannot be read", nil)
	}
	return out, nil
}

type introspectionKey struct{}

// IntrospectionOf returns what is known of the token of a request that Require has let through.
func IntrospectionOf(ctx context.Context) Introspection {
	out, _ := ctx.Value(introspectionKey{}).(Introspection)
	return out
}

// Require lets only requests through whose bearer token is accepted and has these scopes.
func (i *Introspector) Require(next http.Handler, scopes ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := bearerOf(r)
		if !ok {
			answer(w, http.StatusUnauthorized, "Bearer", 0)
			return
		}
		found, err := i.Introspect(r.Context(), token, i.remoteAddr(r))
		if err != nil {
			var e *Error
			if errors.As(err, &e) && e.Code == "token_rate_limited" {
				answer(w, http.StatusTooManyRequests, "", e.RetryAfter)
				return
			}
			wait := outagePause
			if e != nil {
				wait = max(wait, e.RetryAfter)
			}
			answer(w, http.StatusServiceUnavailable, "", wait)
			return
		}
		if !found.Active {
			answer(w, http.StatusUnauthorized, `Bearer error="invalid_token"`, 0)
			return
		}
		for _, scope := range scopes {
			if !found.Allows(scope) {
				answer(w, http.StatusForbidden, `Bearer error="insufficient_scope", scope="`+strings.Join(scopes, " ")+`"`, 0)
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), introspectionKey{}, found)))
	})
}

func bearerOf(r *http.Request) (Secret, bool) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return Secret{}, false
	}
	scheme, token, found := strings.Cut(values[0], " ")
	return NewSecret(token), found && strings.EqualFold(scheme, "Bearer") && token != ""
}

func answer(w http.ResponseWriter, status int, authenticate string, wait time.Duration) {
	if authenticate != "" {
		w.Header().Set("WWW-Authenticate", authenticate)
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	w.WriteHeader(status)
}

type cacheKey [sha256.Size]byte

type cached struct {
	key     cacheKey
	answer  Introspection
	limited *Error
	until   time.Time
}

// at returns the answer at a time before its end.
func (c cached) at(now time.Time) (Introspection, error) {
	if c.limited == nil {
		return c.answer, nil
	}
	limited := *c.limited
	limited.RetryAfter = c.until.Sub(now)
	return Introspection{}, &limited
}

// cache keeps a number of answers, the newest ones.
type cache struct {
	size   int
	byAge  *list.List // of cached
	places map[cacheKey]*list.Element
}

func newCache(size int) *cache { return &cache{size, list.New(), map[cacheKey]*list.Element{}} }

func (c *cache) find(key cacheKey, now time.Time) (cached, bool) {
	place, ok := c.places[key]
	if !ok {
		return cached{}, false
	}
	found := place.Value.(cached)
	return found, now.Before(found.until)
}

func (c *cache) put(key cacheKey, value cached, now time.Time) {
	if place, ok := c.places[key]; ok {
		c.remove(place)
	}
	for oldest := c.byAge.Front(); oldest != nil; oldest = c.byAge.Front() {
		if c.byAge.Len() < c.size && now.Before(oldest.Value.(cached).until) {
			break
		}
		c.remove(oldest)
	}
	value.key = key
	c.places[key] = c.byAge.PushBack(value)
}

func (c *cache) remove(place *list.Element) {
	delete(c.places, place.Value.(cached).key)
	c.byAge.Remove(place)
}
