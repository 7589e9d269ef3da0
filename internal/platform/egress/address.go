package egress

import (
	"net/netip"
)

// special is a range of addresses that an endpoint must not have.
type special struct {
	prefix netip.Prefix
	what   string

	// private means that Config.AllowPrivate opens the range.
	private bool
}

// specials are the refused ranges, from the registries of IANA (RFC 6890, RFC 8190):
//
//	https://www.iana.org/assignments/iana-ipv4-special-registry
//	https://www.iana.org/assignments/iana-ipv6-special-registry
//	https://www.iana.org/assignments/multicast-addresses
//	https://www.iana.org/assignments/ipv6-address-space
//
// The registries call a few of these ranges globally reachable (192.31.196.0/24, 192.52.193.0/24, 192.175.48.0/24,
// parts of 192.0.0.0/24 and of 2001::/23, 2620:4f:8000::/48). They are anycast services, whose nearest instance may be
// inside the platform's own network, or no receiver of webhooks is there. They are refused too. The first range that
// contains an address names it.
var specials = []special{
	// Services of a cloud for its own machines. Other ranges would allow these addresses, or AllowPrivate would open them.
	{prefix: netip.MustParsePrefix("169.254.169.254/32"), what: "a cloud's metadata service (link-local, RFC 3927)"},
	{prefix: netip.MustParsePrefix("168.63.129.16/32"), what: "a cloud's service for its own machines (Azure)"},
	{prefix: netip.MustParsePrefix("fd00:ec2::/32"), what: "a cloud's metadata service (AWS)"},
	{prefix: netip.MustParsePrefix("fd20:ce::254/128"), what: "a cloud's metadata service (Google Cloud)"},

	{prefix: netip.MustParsePrefix("0.0.0.0/32"), what: "the unspecified address (RFC 1122)"},
	{prefix: netip.MustParsePrefix("0.0.0.0/8"), what: "in \"this network\" (RFC 791)"},
	{prefix: netip.MustParsePrefix("127.0.0.0/8"), what: "loopback (RFC 1122)", private: true},
	{prefix: netip.MustParsePrefix("10.0.0.0/8"), what: "private (RFC 1918)", private: true},
	{prefix: netip.MustParsePrefix("172.16.0.0/12"), what: "private (RFC 1918)", private: true},
	{prefix: netip.MustParsePrefix("192.168.0.0/16"), what: "private (RFC 1918)", private: true},
	{prefix: netip.MustParsePrefix("100.64.0.0/10"), what: "shared address space of a carrier (RFC 6598)"},
	{prefix: netip.MustParsePrefix("169.254.0.0/16"), what: "link-local (RFC 3927)"},
	{prefix: netip.MustParsePrefix("192.0.0.0/24"), what: "kept for IETF protocols (RFC 6890)"},
	{prefix: netip.MustParsePrefix("192.0.2.0/24"), what: "for documentation (RFC 5737)"},
	{prefix: netip.MustParsePrefix("198.51.100.0/24"), what: "for documentation (RFC 5737)"},
	{prefix: netip.MustParsePrefix("203.0.113.0/24"), what: "for documentation (RFC 5737)"},
	{prefix: netip.MustParsePrefix("192.31.196.0/24"), what: "the AS112 anycast service (RFC 7535)"},
	{prefix: netip.MustParsePrefix("192.175.48.0/24"), what: "the AS112 anycast service (RFC 7534)"},
	{prefix: netip.MustParsePrefix("192.52.193.0/24"), what: "an anycast relay for multicast (RFC 7450)"},
	{prefix: netip.MustParsePrefix("192.88.99.0/24"), what: "the former anycast relay of 6to4 (RFC 7526)"},
	{prefix: netip.MustParsePrefix("198.18.0.0/15"), what: "for benchmarks (RFC 2544)"},
	{prefix: netip.MustParsePrefix("224.0.0.0/4"), what: "multicast (RFC 5771)"},
	{prefix: netip.MustParsePrefix("255.255.255.255/32"), what: "broadcast (RFC 8190)"},
	{prefix: netip.MustParsePrefix("240.0.0.0/4"), what: "reserved (RFC 1112)"},

	{prefix: netip.MustParsePrefix("::/128"), what: "the unspecified address (RFC 4291)"},
	{prefix: netip.MustParsePrefix("::1/128"), what: "loopback (RFC 4291)", private: true},
	{prefix: netip.MustParsePrefix("::/96"), what: "an IPv4-compatible address, a form no longer used (RFC 4291)"},
	{prefix: netip.MustParsePrefix("::ffff:0:0:0/96"), what: "an IPv4-translated address (RFC 2765)"},
	// The place of the IPv4 address inside depends on the network's translator, so the address inside cannot be checked.
	{
		prefix: netip.MustParsePrefix("64:ff9b:1::/48"),
		what:   "for translation to IPv4 within one network (NAT64, RFC 8215)",
	},
	{prefix: netip.MustParsePrefix("100::/64"), what: "discard-only (RFC 6666)"},
	{prefix: netip.MustParsePrefix("100:0:0:1::/64"), what: "the dummy prefix (RFC 9780)"},
	// A tunnel to a UDP port at one IPv4 address, through another one. No receiver of webhooks is there.
	{prefix: netip.MustParsePrefix("2001::/32"), what: "a Teredo tunnel around an IPv4 address (RFC 4380)"},
	{prefix: netip.MustParsePrefix("2001:2::/48"), what: "for benchmarks (RFC 5180)"},
	{prefix: netip.MustParsePrefix("2001:10::/28"), what: "an ORCHID, which is no address (RFC 4843)"},
	{prefix: netip.MustParsePrefix("2001:20::/28"), what: "an ORCHIDv2, which is no address (RFC 7343)"},
	{prefix: netip.MustParsePrefix("2001::/23"), what: "kept for IETF protocols (RFC 2928)"},
	{prefix: netip.MustParsePrefix("2001:db8::/32"), what: "for documentation (RFC 3849)"},
	{prefix: netip.MustParsePrefix("3fff::/20"), what: "for documentation (RFC 9637)"},
	{prefix: netip.MustParsePrefix("2620:4f:8000::/48"), what: "the AS112 anycast service (RFC 7534)"},
	{prefix: netip.MustParsePrefix("5f00::/16"), what: "for segment routing (RFC 9602)"},
	{prefix: netip.MustParsePrefix("fc00::/7"), what: "unique local, which is private (RFC 4193)", private: true},
	{prefix: netip.MustParsePrefix("fe80::/10"), what: "link-local (RFC 4291)"},
	{prefix: netip.MustParsePrefix("fec0::/10"), what: "site-local, a form no longer used (RFC 3879)"},
	{prefix: netip.MustParsePrefix("ff00::/8"), what: "multicast (RFC 4291)"},
}

var (
	// globalUnicast is the part of IPv6 that is allocated for globally reachable addresses.
	globalUnicast = netip.MustParsePrefix("2000::/3")

	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
)

// Check returns an error unless the platform may connect to an address that a tenant chose: only globally reachable
// unicast is allowed. For an IPv6 address that contains an IPv4 address, the one inside decides. The error is a
// *Refused that says which kind of address it is.
func Check(addr netip.Addr) error { return check(addr, false) }

func check(addr netip.Addr, allowPrivate bool) error {
	if what := whyRefused(addr, allowPrivate); what != "" {
		return &Refused{Reason: "its address is " + what + ", not one that is reachable from everywhere"}
	}
	return nil
}

// whyRefused returns the kind of address that is refused, or an empty string if the address is allowed.
func whyRefused(addr netip.Addr, allowPrivate bool) string {
	if !addr.IsValid() {
		return "none at all"
	}
	// This check comes first: a prefix never contains an address with a zone.
	if addr.Zone() != "" {
		return "for one network interface alone (an IPv6 zone, RFC 4007)"
	}
	if inner, form := unwrap(addr); form != "" {
		if what := whyRefused(inner, allowPrivate); what != "" {
			return what + ", written as " + form
		}
		return ""
	}
	for _, s := range specials {
		if s.prefix.Contains(addr) {
			if s.private && allowPrivate {
				return ""
			}
			return s.what
		}
	}
	if addr.Is6() && !globalUnicast.Contains(addr) {
		return "in a part of IPv6 that is not given out for unicast (RFC 4291)"
	}
	return ""
}

// unwrap returns the IPv4 address inside addr and the form that contains it. The form is empty if there is none.
func unwrap(addr netip.Addr) (inner netip.Addr, form string) {
	b := addr.As16()
	switch {
	case addr.Is4In6():
		return addr.Unmap(), "an IPv4-mapped IPv6 address (RFC 4291)"
	case nat64.Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16])), "a NAT64 address (RFC 6052)"
	case sixToFour.Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6])), "a 6to4 address (RFC 3056)"
	}
	return netip.Addr{}, ""
}
