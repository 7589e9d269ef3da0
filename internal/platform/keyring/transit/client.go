package transit

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const (
	// budget is how long one call may take, with every try and every login. Writers of the database wait meanwhile.
	budget = 4 * time.Second
	// tryTime is how long one request may take.
	tryTime = 2 * time.Second
	// tries is how often a request is sent that the server cannot answer now.
	tries     = 3
	firstWait = 100 * time.Millisecond
	// maxAnswer is the size of an answer at most: a batch of data keys is 20 KiB.
	maxAnswer = 1 << 20
	maxFile   = 64 << 10
)

// Options are what a client works with.
type Options struct {
	Clock clock.Clock
	// Jitter returns a number from 0 to 1, by which waits differ.
	Jitter func() float64
	// Observe is told of each call: what it was for, how it ended, and how long it took; nil: nobody is.
	Observe func(operation, outcome string, took time.Duration)
}

// Client uses one key. It is safe for concurrent use.
type Client struct {
	*connection

	session *session
}

// connection sends requests to the server of a key.
type connection struct {
	key     Key
	options Options
	http    *http.Client
}

// New makes a client. It reads the file of the authorities, and asks the server nothing.
func New(k Key, o Options) (*Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if k.CAFile != "" {
		text, err := readFile(k.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read ca-file of the key-management service: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s (ca-file of the key-management service) has no certificate in PEM", k.CAFile)
		}
	}
	c := &connection{
		key: k, options: o,
		http: &http.Client{
			Transport: &http.Transport{
				TLSClientConfig: config, ForceAttemptHTTP2: true, TLSHandshakeTimeout: tryTime,
				DialContext:         (&net.Dialer{Timeout: tryTime, KeepAlive: 30 * time.Second}).DialContext,
				MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: sameOrigin,
		},
	}
	return &Client{c, &session{connection: c, turn: make(chan struct{}, 1)}}, nil
}

// Key returns the key that the client uses.
func (c *Client) Key() Key { return c.key }

// sameOrigin follows one redirect of the server to itself. Another host would get the token.
func sameOrigin(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	if len(before) > 1 || next.URL.Scheme != first.Scheme || next.URL.Host != first.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is too large", path)
	}
	return text, err
}

// answer is what the server said. Its errors stay in this package.
type answer struct {
	status int
	after  time.Duration // Retry-After; 0 for none
	body   []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// again reports whether the same request may get another answer soon.
func (a answer) again() bool { return a.status >= 500 || a.status == http.StatusTooManyRequests }

// errors returns the texts of the server, to decide by and never to show.
func (a answer) errors() (texts []string) {
	var body struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(a.body, &body) != nil {
		return nil
	}
	return body.Errors
}

// request sends a request, and sends it again where the server cannot answer now, as long as the context lasts. An
// error of it is an Error, or that of the caller's context.
func (c *connection) request(ctx context.Context, method, route string, token secret.Value, body any) (answer, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return answer{}, errors.New("a request to the key-management service cannot be written")
		}
	}
	wait := firstWait
	for try := 1; ; try++ {
		got, err := c.send(ctx, method, route, token, text)
		if err != nil {
			return got, err
		}
		if !got.again() {
			return got, nil
		}
		pause := max(got.after, time.Duration((1+c.options.Jitter())*float64(wait)/2))
		if try == tries || !pauseFor(ctx, pause) {
			return got, c.unavailable(ctx, got)
		}
		wait *= 2
	}
}

// pauseFor waits. It returns false at once where the context ends before.
func pauseFor(ctx context.Context, d time.Duration) bool {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	end, _ := limited.Deadline()
	if whole, ok := ctx.Deadline(); ok && !end.Before(whole) {
		return false
	}
	<-limited.Done()
	return ctx.Err() == nil
}

func (c *connection) send(
	ctx context.Context, method, route string, token secret.Value, text []byte,
) (got answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.key.url(route), bytes.NewReader(text))
	if err != nil {
		return got, c.fail(Unreachable, "has an address that cannot be used", "")
	}
	r.Header.Set("X-Vault-Request", "true")
	if len(text) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.key.Namespace != "" {
		r.Header.Set("X-Vault-Namespace", c.key.Namespace)
	}
	if !token.IsEmpty() {
		r.Header.Set("X-Vault-Token", token.Expose())
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return got, c.unanswered(err)
	}
	defer resp.Body.Close()
	got.status = resp.StatusCode
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		got.after = time.Duration(seconds) * time.Second
	}
	got.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return got, c.fail(Unreachable, "broke its answer off", doWait)
	case len(got.body) > maxAnswer:
		return got, c.fail(Unreachable, "sent an answer that is too large", "look whether the address is that of Vault")
	case got.status >= 300 && got.status < 400:
		return got, c.fail(Unreachable, "is a standby that sends clients to another host",
			"name the address of the active server, or have the standby forward requests")
	}
	return got, nil
}

// unanswered is the error of a request without an answer. The error of a connection names addresses alone.
func (c *connection) unanswered(err error) error {
	var of *url.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return c.fail(Unreachable, "shows a certificate that is not trusted", "set ca-file in the URI of --kek")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return c.fail(Unreachable, "does not answer in time", doWait)
	case errors.As(err, &of):
		var op *net.OpError
		if errors.As(of.Err, &op) {
			return c.fail(Unreachable, fmt.Sprintf("does not answer (%v)", op), doWait)
		}
	}
	return c.fail(Unreachable, "does not answer", doWait)
}

// unavailable says why the server cannot answer. A server that is sealed or a standby says so to everybody.
func (c *connection) unavailable(ctx context.Context, got answer) error {
	health, err := c.send(ctx, http.MethodGet, "sys/health", secret.Value{}, nil)
	if err == nil {
		switch health.status {
		case http.StatusServiceUnavailable:
			return c.fail(Unreachable, "is sealed", "unseal it")
		case http.StatusNotImplemented:
			return c.fail(Unreachable, "is not initialized", "initialize it, or correct the address")
		case http.StatusTooManyRequests, statusDisasterStandby, statusPerformanceStandby:
			return c.fail(Unreachable, "is a standby that does not forward requests",
				"name the address of the active server, or see why there is none")
		}
	}
	if got.status == http.StatusTooManyRequests {
		return c.fail(Unreachable, "gets more requests than it allows (429)", "raise its rate limit quota")
	}
	return c.fail(Unreachable, fmt.Sprintf("answers with status %d", got.status), doWait)
}

// Statuses of /sys/health that no other API has.
const (
	statusDisasterStandby    = 472
	statusPerformanceStandby = 473
)
