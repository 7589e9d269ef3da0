// Package egress sends requests to addresses that a tenant can choose. The platform has no other way to do so. It
// connects to public addresses only, so that a tenant cannot reach through the platform what only the platform can
// reach: its own machine, its network, its cloud's metadata service.
//
// It does not know which public addresses the platform's own network treats as internal, such as the operator's NAT64
// prefix. The network's firewall must block those.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	// DefaultTimeout limits a whole exchange: resolve, connect, send, and read the response to its end.
	DefaultTimeout = 15 * time.Second

	maxResponseHeader = 64 << 10
)

// Config configures a Client. The zero value is for production.
type Config struct {
	// AllowPrivate opens loopback and private addresses, and http to this machine: for the demo and for tests. Link-local
	// addresses, metadata services, multicast and the unspecified address stay refused.
	AllowPrivate bool

	// Timeout limits a whole exchange, including the reading of the body; DefaultTimeout if zero.
	Timeout time.Duration

	// Resolver is net.DefaultResolver if nil.
	Resolver Resolver

	// Dial connects to an address, never to a name; a net.Dialer's if nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Roots are the trusted certificate authorities; the system's if nil.
	Roots *x509.CertPool
}

// TLS is how one endpoint is trusted, and how the platform shows it who it is. The zero value is for most endpoints.
type TLS struct {
	Roots       *x509.CertPool   // the only authorities that count; nil: those of the Config
	Certificate *tls.Certificate // shown to an endpoint that asks for one; nil: none
}

// Client sends requests to endpoints that tenants chose. It is safe for use by several goroutines.
type Client struct {
	transport    *http.Transport
	timeout      time.Duration
	allowPrivate bool
}

// New returns a Client.
func New(c Config) *Client {
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	d := &dialer{resolver: c.Resolver, connect: c.Dial, allowPrivate: c.AllowPrivate, roots: c.Roots}
	return &Client{
		timeout:      c.Timeout,
		allowPrivate: c.AllowPrivate,
		transport: &http.Transport{
			// A proxy would resolve the name itself, and connect to an address that was not checked.
			Proxy:       nil,
			DialContext: d.dial,
			// Authorities and client certificates differ between endpoints, so the transport does not do the handshake.
			DialTLSContext: d.dialTLS,
			// Each request gets its own connection. The transport finds a kept connection by the host's name. A request of
			// another tenant, or after a change of the name, would use an address that was checked for something else. The
			// price is one handshake for each delivery.
			DisableKeepAlives: true,
			// A limit on what the caller reads is then a limit on what came over the wire.
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxResponseHeader,
		},
	}
}

// CheckURL returns an error if an endpoint must not have this URL. It does not use the network: every connection
// resolves the host's name and checks its addresses. The error is a *Refused and does not repeat the URL.
func (c *Client) CheckURL(s string) error {
	if err := api.CheckEndpointURL(s, c.allowPrivate); err != nil {
		return &Refused{Reason: "its URL " + err.Error()}
	}
	u, err := url.Parse(s)
	if err != nil {
		return &Refused{Reason: "its URL cannot be read"}
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return check(addr, c.allowPrivate)
	}
	return nil
}

// Do sends a request and returns the response. It does not follow redirects. Its error is one of three, and does not
// repeat the URL:
//
//   - a *Refused if nothing was sent because the address is not allowed,
//   - a *Failure if the exchange failed,
//   - the error of the request's own context if that ended first.
//
// The caller must close the body. The timeout runs until then.
func (c *Client) Do(req *http.Request, with TLS) (*http.Response, error) {
	if err := c.CheckURL(req.URL.String()); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	// This uses the transport, not an http.Client: a client reads Location before it asks whether to follow it, and
	// repeats the URL in its errors.
	caller := req.Context()
	limited, cancel := context.WithTimeout(caller, c.timeout)
	e := &exchange{caller: caller, limited: limited, tls: with, plain: req.URL.Scheme == "http"}
	resp, err := c.transport.RoundTrip(req.WithContext(context.WithValue(limited, exchangeKey{}, e)))
	if err != nil {
		defer cancel()
		return nil, e.failure(err)
	}
	resp.Body = &body{ReadCloser: resp.Body, exchange: e, cancel: cancel}
	return resp, nil
}

// exchangeKey is the key under which the context of a request holds its exchange.
type exchangeKey struct{}

// exchange is one request and its response.
type exchange struct {
	caller  context.Context // of the request
	limited context.Context // the same with the timeout
	plain   bool            // without TLS
	tls     TLS

	certificateAsked atomic.Bool // the endpoint asked for a client certificate
}

// clientCertificate answers an endpoint that asks for a client certificate.
func (e *exchange) clientCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	e.certificateAsked.Store(true)
	if e.tls.Certificate == nil {
		return &tls.Certificate{}, nil
	}
	return e.tls.Certificate, nil
}

// body is a response body. Close ends the exchange, and Read classifies errors.
type body struct {
	io.ReadCloser
	exchange *exchange
	cancel   context.CancelFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.exchange.failure(err)
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
