package main

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// readEgressAddresses reads the addresses and networks of --egress-addresses; nil for none. They are published as they
// are: no packet is sent from an address because it is there.
func readEgressAddresses(list string) (out []string, err error) {
	if list == "" {
		return nil, nil
	}
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		network, err := netip.ParsePrefix(entry)
		if addr, notAddr := netip.ParseAddr(entry); notAddr == nil && addr.Zone() == "" {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil || network != network.Masked() {
			return nil, usagef("--egress-addresses must list addresses or networks such as 203.0.113.7,2001:db8::/32, " +
				"a network without bits behind its prefix")
		}
		out = append(out, network.String())
	}
	return out, nil
}

// checkTrustedIssuers checks the issuers of --trusted-issuer. An identity has one of them exactly, or it does not
// count.
func checkTrustedIssuers(issuers []string) error {
	for _, issuer := range issuers {
		if err := api.CheckIssuer(issuer); err != nil {
			return usagef("--trusted-issuer %s", err)
		}
	}
	return nil
}

// checkPublicURL checks where browsers find the platform. The cookies of the console need https, which browsers also
// take http to their own machine for.
func checkPublicURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err == nil && u.Path == "" {
		err = api.CheckIssuer(s)
	} else if err == nil {
		err = errors.New("must have no path, and no slash at its end")
	}
	if err != nil {
		return usagef("--public-url %s", err)
	}
	return nil
}
