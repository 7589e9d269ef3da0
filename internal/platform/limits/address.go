package limits

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// From returns the address that a request comes from: that of the connection, or where that is a trusted proxy, the
// last hop before the trusted proxies. Only X-Forwarded-For says it: a proxy that does not write Forwarded would let a
// client write it.
func (l *Limiter) From(r *http.Request) netip.Addr {
	return lastHop(Peer(r.RemoteAddr), r.Header.Values("X-Forwarded-For"), l.trusted)
}

// Peer returns the address of a connection from its address and port; the zero address if it has none.
func Peer(hostPort string) netip.Addr {
	p, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return netip.Addr{}
	}
	return plain(p.Addr())
}

// lastHop goes from the platform towards the client. It ends at the first address that is not a trusted proxy, or
// before one that cannot be read.
func lastHop(peer netip.Addr, forwarded []string, trusted []netip.Prefix) netip.Addr {
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	at := peer
	for _, hop := range slices.Backward(hops) {
		if !within(at, trusted) {
			return at
		}
		next, ok := hopAddress(strings.TrimSpace(hop))
		if !ok {
			return at
		}
		at = next
	}
	return at
}

// hopAddress reads an entry of X-Forwarded-For: an address, which some proxies write with a port or in brackets.
func hopAddress(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil {
		return plain(a), true
	}
	p, err := netip.ParseAddrPort(s)
	return plain(p.Addr()), err == nil
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func within(a netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Network returns the network that an address is counted with.
func Network(a netip.Addr) string { return network(a) }

// network returns the key of an address. An IPv6 client has a /64 of addresses, so these count as one.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
