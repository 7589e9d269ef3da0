// Package egress is the one way by which the platform connects to an address that a tenant can choose. It connects only to addresses that are
// reachable from everywhere, so that a tenant cannot have the platform ask what only the platform can reach: its own machine, its network,
// its cloud's metadata service.
//
// What it cannot know is which public addresses the platform's own network treats as its own, such as a NAT64 prefix of the operator's:
// that is for the network's firewall.
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
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	// DefaultTimeout is for a whole exchange: resolving, connecting, sending, and reading the answer to its end.
	DefaultTimeout = 15 * time.Second

	maxResponseHeader = 64 << 10
)

// Config is what a Client is made of. The zero value is what a platform in production uses.
type Config struct {
	// AllowPrivate opens loopback and private addresses, and http to this machine: for the demo and for tests. Link-local addresses, metadata
	// services, multicast and the unspecified address stay closed.
	AllowPrivate bool

	// Timeout is for a whole exchange, the reading of the body included; DefaultTimeout if zero.
	Timeout time.Duration

	// Resolver is net.DefaultResolver if nil.
	Resolver Resolver

	// Dial connects to an address, which is never a name; a net.Dialer's if nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Roots are the certificate authorities that endpoints are trusted by; the system's if nil.
	Roots *x509.CertPool
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
	d := &dialer{resolver: c.Resolver, connect: c.Dial, allowPrivate: c.AllowPrivate}
	return &Client{
		timeout:      c.Timeout,
		allowPrivate: c.AllowPrivate,
		transport: &http.Transport{
			// A proxy would resolve the name by itself, and connect to what it likes.
			Proxy:       nil,
			DialContext: d.dial,
			// ServerName is left to the transport, which takes the name from the URL: the certificate is for the name, whatever address was dialled.
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
			// One connection for one request. A kept connection is found again by its host's name, so another tenant's request, or the same
			// tenant's after a change of the name, would go to an address that was checked for something else. The price is a handshake a delivery.
			DisableKeepAlives: true,
			// What the caller reads at most is then what came over the wire at most.
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxResponseHeader,
		},
	}
}

// CheckURL says whether an endpoint may have this URL, as far as can be said without asking the network: a host's name is resolved, and its
// addresses checked, at every connection. The error is a *Refused and does not repeat the URL.
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

// Do sends a request and returns the answer, a redirect like any other: none is followed. Its error is a *Refused where nothing was sent
// because of where it was to go, a *Failure where the exchange came to nothing, or the error of the request's own context where that ended
// first. None of them repeats the URL. The caller reads as much of the body as it wants and closes it; the time allowed goes on until then.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if err := c.CheckURL(req.URL.String()); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	// The transport itself, not an http.Client around it: that one reads Location before it asks whether to follow it, and puts the URL in its errors.
	caller := req.Context()
	limited, cancel := context.WithTimeout(caller, c.timeout)
	resp, err := c.transport.RoundTrip(req.WithContext(context.WithValue(limited, exchangeKey{}, limited)))
	if err != nil {
		defer cancel()
		return nil, failure(caller, limited, err)
	}
	resp.Body = &body{ReadCloser: resp.Body, caller: caller, limited: limited, cancel: cancel}
	return resp, nil
}

// body ends the time allowed for the exchange when it is closed, and gives its errors their kind.
type body struct {
	io.ReadCloser
	caller, limited context.Context
	cancel          context.CancelFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = failure(b.caller, b.limited, err)
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
