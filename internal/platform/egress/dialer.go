package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"time"
)

const (
	// connectTimeout limits the attempt at one address, so that the second address is tried if the first one is dead.
	connectTimeout = 5 * time.Second

	// maxAttempts limits how many addresses of one name are tried.
	maxAttempts = 8
)

// Resolver finds the addresses of a host's name. *net.Resolver implements it.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// dialer connects only to addresses that it has checked.
type dialer struct {
	resolver     Resolver
	connect      func(ctx context.Context, network, address string) (net.Conn, error)
	allowPrivate bool
	roots        *x509.CertPool
}

// dialTLS is http.Transport's DialTLSContext.
func (d *dialer) dialTLS(ctx context.Context, network, hostport string) (net.Conn, error) {
	plain, err := d.dial(ctx, network, hostport)
	if err != nil {
		return nil, err
	}
	e, _ := ctx.Value(exchangeKey{}).(*exchange) // dial has found it there
	host, _, _ := net.SplitHostPort(hostport)    // dial has split it
	roots := d.roots
	if e.tls.Roots != nil {
		roots = e.tls.Roots
	}
	conn := tls.Client(plain, &tls.Config{
		// The certificate is for the name of the URL, whatever address was dialled.
		MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: host, GetClientCertificate: e.clientCertificate,
	})
	if err := conn.HandshakeContext(e.limited); err != nil { //nolint:contextcheck // the transport's comes from this one
		_ = plain.Close()
		return nil, err
	}
	return conn, nil
}

// dial is http.Transport's DialContext. The transport continues a dial after its request has ended, for the next
// request to use. Here no request uses another's connection, so dial uses the context of the exchange, and ends with
// it.
func (d *dialer) dial(ctx context.Context, _, hostport string) (net.Conn, error) {
	e, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, &Failure{Kind: Unconnected, cause: errors.New("a connection outside an exchange")}
	}
	return d.reach(e.limited, hostport) //nolint:contextcheck // the transport's context comes from this one
}

// reach connects to a host and port. It resolves the name once, checks every address, and dials the checked addresses.
// So a name that resolves differently the next time gains nothing.
func (d *dialer) reach(ctx context.Context, hostport string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, &Failure{Kind: Unresolved, cause: err}
	}
	addrs, err := d.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addrs {
		// One refused address refuses the name. Otherwise the name's owner could try which addresses are allowed.
		if err := check(addr, d.allowPrivate); err != nil {
			return nil, err
		}
	}

	var failed error
	for _, addr := range addrs[:min(len(addrs), maxAttempts)] {
		conn, err := d.attempt(ctx, net.JoinHostPort(addr.Unmap().String(), port))
		if err == nil {
			// The connection ends with the exchange, even in the middle of a TLS handshake.
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			return conn, nil
		}
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, &Failure{Kind: Unconnected, cause: failed}
}

func (d *dialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	addrs, err := d.resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(addrs) == 0 {
		err = errors.New("the name has no address")
	}
	if err != nil {
		return nil, &Failure{Kind: Unresolved, cause: err}
	}
	for i, addr := range addrs {
		addrs[i] = addr.Unmap() // Go's resolver returns IPv4 addresses in IPv6 form, which a reason should not mention
	}
	return addrs, nil
}

func (d *dialer) attempt(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return d.connect(ctx, "tcp", address)
}
