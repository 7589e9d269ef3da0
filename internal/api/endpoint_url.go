package api

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// MaxEndpointURL is the longest URL that an endpoint may have, in bytes.
const MaxEndpointURL = 2048

// A label of a host name (RFC 1123), and a last label that old parsers read as a number. They take the whole host for
// an IPv4 address then, in a spelling such as 2130706433, 0177.0.0.1, 127.1 or 0x7f.1.
var (
	hostLabelRegexp   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	numberLabelRegexp = regexp.MustCompile(`^([0-9]+|0[xX][0-9A-Fa-f]*)$`)
)

// CheckEndpointURL checks a URL that the platform sends to. It looks at the spelling only: the address of the host is
// checked when a connection is made. allowPrivate also accepts http, for a host that is this machine. Its error
// completes the sentence "<attribute> …" and never repeats the URL, which can have a secret in its path or query.
func CheckEndpointURL(s string, allowPrivate bool) error {
	if s == "" || len(s) > MaxEndpointURL {
		return fmt.Errorf("must be a URL such as https://hooks.example.com/quickconnect, of at most %d bytes", MaxEndpointURL)
	}
	// One parser reads such a character as a separator and another one as text, so a check and a connection can disagree.
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return errors.New(`must have only printable ASCII characters, without space and \: write a host in its xn-- form, ` +
			`and percent-encode the rest`)
	}
	if strings.Contains(s, "#") {
		return errors.New("must have no fragment (#…): it is never sent")
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" {
		return errors.New("must be a URL such as https://hooks.example.com/quickconnect")
	}
	if u.User != nil {
		return errors.New("must have no user name and no password: deliveries are signed instead")
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("must start with https://")
	}
	if err := checkURLHost(u); err != nil {
		return err
	}
	if u.Scheme == "http" && (!allowPrivate || !isLoopbackHost(u.Hostname())) {
		return errors.New("must start with https:// (http is only for a receiver on the platform's own machine, " +
			"where the platform was started with --allow-private-endpoints)")
	}
	return nil
}

func checkURLHost(u *url.URL) error {
	host := u.Hostname()
	if host == "" {
		return errors.New("must name a host")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if checkPort(port) != nil {
			return errors.New("must have a port from 1 to 65535, or none")
		}
	}
	if strings.HasPrefix(u.Host, "[") {
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" {
			return errors.New("must have an IPv6 address between [ and ], without a zone; an IPv4 address is written plainly")
		}
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	return checkHostName(host)
}

// checkHostName checks a host that is not an IP address.
func checkHostName(host string) error {
	labels := strings.Split(host, ".")
	if numberLabelRegexp.MatchString(labels[len(labels)-1]) {
		return errors.New("must spell an IPv4 address as four decimal numbers, without leading zeros")
	}
	if len(host) > 253 {
		return errors.New("must have a host of at most 253 characters")
	}
	for _, label := range labels {
		if !hostLabelRegexp.MatchString(label) {
			return errors.New("must have a host such as hooks.example.com: " +
				"letters, digits and hyphens between single dots, without a dot at the end")
		}
	}
	return nil
}

// isLoopbackHost reports whether the spelling of host says that it is this machine: a loopback address, or a name that
// RFC 6761 reserves for it.
func isLoopbackHost(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
