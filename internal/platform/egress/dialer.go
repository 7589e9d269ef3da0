package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

const (
	// connectTimeout is for one address, so that a host with a dead first address is still reached at its second.
	connectTimeout = 5 * time.Second

	// maxAttempts bounds how many addresses of one name are tried: an endpoint whose name has hundreds is no reason to knock at hundreds of doors.
	maxAttempts = 8
)

// Resolver finds the addresses of a host's name. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// exchangeKey is where the context of a dial holds the context of the exchange that it is for.
type exchangeKey struct{}

// dialer connects to addresses that it has checked, and to nothing else.
type dialer struct {
	resolver     Resolver
	connect      func(ctx context.Context, network, address string) (net.Conn, error)
	allowPrivate bool
}

// dial is http.Transport's way in. The transport lets a dial go on when its request has ended, for the next request to find; here no request
// finds another's connection, so the dial is done in the context of the exchange instead, and ends with it.
func (d *dialer) dial(ctx context.Context, _, hostport string) (net.Conn, error) {
	exchange, ok := ctx.Value(exchangeKey{}).(context.Context)
	if !ok {
		return nil, &Failure{Kind: Unconnected, cause: errors.New("a connection outside an exchange")}
	}
	return d.reach(exchange, hostport) //nolint:contextcheck // it is the context that the transport's was made from
}

// reach connects to a host and port. The name is resolved once, every address is checked, and the checked addresses are dialled: a name that
// resolves differently the next time is not asked a next time.
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
		// One bad address refuses the name. Skipping it would let the name's owner try what else is let through.
		if err := check(addr, d.allowPrivate); err != nil {
			return nil, err
		}
	}

	var failed error
	for _, addr := range addrs[:min(len(addrs), maxAttempts)] {
		conn, err := d.attempt(ctx, net.JoinHostPort(addr.Unmap().String(), port))
		if err == nil {
			// The connection ends with the exchange too, in the middle of a TLS handshake if need be.
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
		addrs[i] = addr.Unmap() // Go's resolver gives every IPv4 address in IPv6 form, and a reason should not be about that
	}
	return addrs, nil
}

func (d *dialer) attempt(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return d.connect(ctx, "tcp", address)
}
