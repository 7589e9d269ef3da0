package egress_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

// refusedRanges are the refused ranges, and a word that the refusal contains.
var refusedRanges = []struct{ prefix, word string }{
	{"0.0.0.0/32", "unspecified"},
	{"0.0.0.0/8", ""},
	{"10.0.0.0/8", "private"},
	{"100.64.0.0/10", "carrier"},
	{"127.0.0.0/8", "loopback"},
	{"168.63.129.16/32", "Azure"},
	{"169.254.0.0/16", "link-local"},
	{"169.254.169.254/32", "metadata"},
	{"172.16.0.0/12", "private"},
	{"192.0.0.0/24", "IETF"},
	{"192.0.2.0/24", "documentation"},
	{"192.31.196.0/24", "AS112"},
	{"192.52.193.0/24", "anycast"},
	{"192.88.99.0/24", "6to4"},
	{"192.168.0.0/16", "private"},
	{"192.175.48.0/24", "AS112"},
	{"198.18.0.0/15", "benchmarks"},
	{"198.51.100.0/24", "documentation"},
	{"203.0.113.0/24", "documentation"},
	{"224.0.0.0/4", "multicast"},
	{"240.0.0.0/4", ""},
	{"255.255.255.255/32", "broadcast"},

	{"::/128", "unspecified"},
	{"::1/128", "loopback"},
	{"::/96", ""},
	{"::/8", ""},
	{"::ffff:0:0:0/96", "translated"},
	{"64:ff9b:1::/48", "NAT64"},
	{"100::/64", "discard"},
	{"100:0:0:1::/64", "dummy"},
	{"200::/7", "not given out"},
	{"400::/6", "not given out"},
	{"800::/5", "not given out"},
	{"1000::/4", "not given out"},
	{"2001::/32", "Teredo"},
	{"2001::/23", ""},
	{"2001:1::/32", "IETF"},
	{"2001:2::/48", "benchmarks"},
	{"2001:10::/28", "ORCHID"},
	{"2001:20::/28", "ORCHIDv2"},
	{"2001:db8::/32", "documentation"},
	{"2620:4f:8000::/48", "AS112"},
	{"3fff::/20", "documentation"},
	{"4000::/3", ""},
	{"5f00::/16", "segment"},
	{"8000::/1", ""},
	{"fc00::/7", ""},
	{"fd00:ec2::254/128", "metadata"},
	{"fd20:ce::254/128", "metadata"},
	{"fdff::/16", "private"},
	{"fe00::/9", "not given out"},
	{"fe80::/10", "link-local"},
	{"fec0::/10", "site-local"},
	{"ff00::/8", "multicast"},
}

// reachable are the neighbours of the refused ranges, and some well-known addresses.
var reachable = []string{
	"1.0.0.0", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
	"168.63.129.15",
	"168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
	"192.0.1.255",
	"192.0.3.0", "192.31.195.255", "192.31.197.0", "192.52.192.255", "192.52.194.0", "192.88.98.255", "192.88.100.0",
	"192.167.255.255",
	"192.169.0.0", "192.175.47.255", "192.175.49.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0",
	"203.0.112.255",
	"203.0.114.0", "223.255.255.255",
	"2000::", "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "2001:4860:4860::8888", "2003::",
	"2606:4700::1111",
	"2620:4f:7fff:ffff::", "2620:4f:8001::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::",
}

func TestSpecialRangesAreRefused(t *testing.T) {
	for _, r := range refusedRanges {
		prefix := netip.MustParsePrefix(r.prefix)
		for _, addr := range []netip.Addr{prefix.Addr(), last(prefix)} {
			refusedFor(t, egress.Check(addr), r.word, addr)
		}
	}
}

func TestPublicAddressesAreAllowed(t *testing.T) {
	for _, s := range reachable {
		if err := egress.Check(netip.MustParseAddr(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestInnerAddressDecides(t *testing.T) {
	for _, c := range []struct{ addr, word string }{
		{"::ffff:127.0.0.1", "loopback (RFC 1122), written as an IPv4-mapped"},
		{"::ffff:169.254.169.254", "metadata"},
		{"::ffff:8.8.8.8", ""},
		{"64:ff9b::10.0.0.1", "private (RFC 1918), written as a NAT64"},
		{"64:ff9b::a9fe:a9fe", "metadata"},
		{"64:ff9b::8.8.8.8", ""},
		{"2002:7f00:1::", "loopback (RFC 1122), written as a 6to4"},
		{"2002:c0a8:101:1::1", "private"},
		{"2002:808:808::1", ""},
		// These are refused whatever the inner address is.
		{"64:ff9b:1::8.8.8.8", "NAT64"},
		{"2001:0:808:808::f7f7:f7f7", "Teredo"},
		{"::8.8.8.8", "IPv4-compatible"},
		{"::ffff:0:8.8.8.8", "IPv4-translated"},
		{"64:ff9b:0:0:1::8.8.8.8", "not given out"},
	} {
		err := egress.Check(netip.MustParseAddr(c.addr))
		if c.word == "" {
			if err != nil {
				t.Errorf("%s: %v", c.addr, err)
			}
			continue
		}
		refusedFor(t, err, c.word, netip.MustParseAddr(c.addr))
	}
}

func TestInvalidAddressAndZoneAreRefused(t *testing.T) {
	refusedFor(t, egress.Check(netip.Addr{}), "none", netip.Addr{})
	for _, s := range []string{"fe80::1%eth0", "2606:4700::1111%1", "::1%lo", "::ffff:8.8.8.8%eth0"} {
		refusedFor(t, egress.Check(netip.MustParseAddr(s)), "zone", netip.MustParseAddr(s))
	}
}

// A refused address is refused in every form in which it can be written.
func TestRefusedAddressIsRefusedInEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := drawIn(t, netip.MustParsePrefix(rapid.SampledFrom(refusedRanges).Draw(t, "range").prefix))
		for name, form := range forms(t, addr) {
			if egress.Check(form) == nil {
				t.Fatalf("%s as %s (%s) is allowed", addr, name, form)
			}
		}
	})
}

// The standard library's own predicates check random addresses.
func TestLocalAddressesAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{
			"0.0.0.0/0", "::/0", "fc00::/6", "2000::/3", "2002::/16", "64:ff9b::/96",
			"::ffff:0:0/96",
		}).Draw(t, "in")
		addr := drawIn(t, netip.MustParsePrefix(prefix))
		if egress.Check(addr) != nil {
			return
		}
		inner := addr.Unmap()
		if !inner.IsGlobalUnicast() || inner.IsPrivate() || inner.IsLoopback() || inner.IsLinkLocalUnicast() ||
			inner.IsMulticast() || inner.IsUnspecified() {
			t.Fatalf("%s is allowed", addr)
		}
	})
}

// AllowPrivate allows private and loopback addresses, and no others.
func TestAllowPrivateOpensOnlyPrivateAndLoopback(t *testing.T) {
	strict, open := egress.New(egress.Config{}), egress.New(egress.Config{AllowPrivate: true})
	literal := func(addr netip.Addr) string { return "https://" + netip.AddrPortFrom(addr, 443).String() + "/" }

	for _, s := range []string{
		"127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "fd12::1", "64:ff9b::10.0.0.1",
		"2002:7f00:1::",
	} {
		if err := open.CheckURL(literal(netip.MustParseAddr(s))); err != nil {
			t.Errorf("%s: %v", s, err)
		}
		if strict.CheckURL(literal(netip.MustParseAddr(s))) == nil {
			t.Errorf("%s is allowed without AllowPrivate", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		addr := drawIn(t, netip.MustParsePrefix(rapid.SampledFrom(refusedRanges).Draw(t, "range").prefix))
		if addr.Is4In6() || strings.HasPrefix(addr.String(), "64:ff9b::") {
			return // the table above covers these
		}
		if open.CheckURL(literal(addr)) == nil && !addr.IsPrivate() && !addr.IsLoopback() && egress.Check(addr) != nil {
			t.Fatalf("%s is allowed by AllowPrivate", addr)
		}
	})
	for _, s := range []string{
		"169.254.169.254", "fd00:ec2::254", "fd20:ce::254", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
		"255.255.255.255", "fe80::1", "100.64.0.1",
	} {
		if open.CheckURL(literal(netip.MustParseAddr(s))) == nil {
			t.Errorf("%s is allowed by AllowPrivate", s)
		}
	}
}

// forms returns addr, and all IPv6 addresses that contain it.
func forms(t *rapid.T, addr netip.Addr) map[string]netip.Addr {
	all := map[string]netip.Addr{"itself": addr}
	if !addr.Is4() {
		return all
	}
	v4 := addr.As4()
	rest := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "the bits around it")
	put := func(prefix string, bits, at int, flip byte) netip.Addr {
		b := netip.MustParseAddr(prefix).As16()
		copy(b[bits/8:], rest[bits/8:])
		for i := range v4 {
			b[at+i] = v4[i] ^ flip
		}
		return netip.AddrFrom16(b)
	}
	all["mapped"] = put("::ffff:0:0", 128, 12, 0)
	all["compatible"] = put("::", 128, 12, 0)
	all["translated"] = put("::ffff:0:0:0", 128, 12, 0)
	all["NAT64"] = put("64:ff9b::", 128, 12, 0)
	all["NAT64 of one network"] = put("64:ff9b:1::", 48, 12, 0)
	all["6to4"] = put("2002::", 16, 2, 0)
	all["Teredo server"] = put("2001::", 32, 4, 0)
	all["Teredo client"] = put("2001::", 32, 12, 0xff)
	return all
}

func drawIn(t *rapid.T, prefix netip.Prefix) netip.Addr {
	b := prefix.Addr().AsSlice()
	random := rapid.SliceOfN(rapid.Byte(), len(b), len(b)).Draw(t, "address")
	for i := prefix.Bits(); i < len(b)*8; i++ {
		b[i/8] |= random[i/8] & (0x80 >> (i % 8))
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

func last(prefix netip.Prefix) netip.Addr {
	b := slices.Clone(prefix.Addr().AsSlice())
	for i := prefix.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

func refusedFor(t *testing.T, err error, word string, of any) {
	t.Helper()
	var refused *egress.Refused
	if !errors.As(err, &refused) || !strings.Contains(refused.Reason, word) {
		t.Errorf("%v: got %v, want a refusal that says %q", of, err, word)
	}
}
