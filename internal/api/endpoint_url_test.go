package api_test

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestCheckEndpointURL(t *testing.T) {
	for _, s := range []string{
		"https://hooks.example.com", "https://hooks.example.com/", "https://hooks.example.com:8443/a/b?c=d&e=%2F",
		"HTTPS://Hooks.Example.COM/", "https://93.184.215.14/", "https://[2606:4700::1111]:443/",
		"https://xn--bcher-kva.example/", "https://3com.example/", "https://a/",
		"https://0x7f.example/", "https://hooks.example.com?a", "https://" + strings.Repeat("a", 63) + ".example/",
		"https://a/" + strings.Repeat("a", api.MaxEndpointURL-len("https://a/")), "https://127.0.0.1/",
	} {
		if err := api.CheckEndpointURL(s, false); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for s, word := range map[string]string{
		"":                                                 "must be a URL",
		"hooks.example.com":                                "https://",
		"/hooks":                                           "https://",
		"//hooks.example.com/":                             "https://",
		"ftp://hooks.example.com/":                         "https://",
		"https:hooks.example.com":                          "must be a URL",
		"https://":                                         "name a host",
		"https:///path":                                    "name a host",
		"https://:443/":                                    "name a host",
		"http://hooks.example.com/":                        "https://",
		"http://localhost/":                                "https://",
		"http://127.0.0.1/":                                "https://",
		"https://user@hooks.example.com/":                  "user name",
		"https://user:pass@hooks.example/":                 "user name",
		"https://@hooks.example.com/":                      "user name",
		"https://hooks.example.com/#":                      "fragment",
		"https://hooks.example.com/#part":                  "fragment",
		"https://hooks.example.com:/":                      "port",
		"https://hooks.example.com:0/":                     "port",
		"https://hooks.example.com:65536/":                 "port",
		"https://hooks.example.com:http/":                  "must be a URL",
		"https://hooks.example.com:-1/":                    "must be a URL",
		"https://hooks.example.com/ a":                     "ASCII",
		"https://hooks.example.com/\n":                     "ASCII",
		"https://hooks.example.com/\x7f":                   "ASCII",
		`https://hooks.example.com\@inside/`:               "ASCII",
		"https://bücher.example/":                          "xn--",
		"https://example.com。inside/":                      "xn--",
		"https://hooks_a.example.com/":                     "letters, digits and hyphens",
		"https://-a.example.com/":                          "letters, digits and hyphens",
		"https://hooks..example.com/":                      "letters, digits and hyphens",
		"https://.example.com/":                            "letters, digits and hyphens",
		"https://hooks.example.com./":                      "dot at the end",
		"https://%31%32%37.0.0.1/":                         "must be a URL",
		"https://h%25.example/":                            "letters, digits and hyphens",
		"https://h%c3%bc.example/":                         "letters, digits and hyphens",
		"https://2130706433/":                              "four decimal",
		"https://0177.0.0.1/":                              "four decimal",
		"https://0x7f000001/":                              "four decimal",
		"https://0x7f.0.0.1/":                              "four decimal",
		"https://0X7F.1/":                                  "four decimal",
		"https://127.1/":                                   "four decimal",
		"https://127.0.0.01/":                              "four decimal",
		"https://127.0.0.0x1/":                             "four decimal",
		"https://127.0.0.1.1/":                             "four decimal",
		"https://256.0.0.1/":                               "four decimal",
		"https://example.0x/":                              "four decimal",
		"https://127.0.0.1./":                              "dot at the end",
		"https://[::ffff:127.0.0.1]/":                      "written plainly",
		"https://[fe80::1%25eth0]/":                        "without a zone",
		"https://[::1/":                                    "must be a URL",
		"https://" + strings.Repeat("a", 64) + ".example/": "letters, digits and hyphens",
		"https://" + strings.Repeat("a.", 126) + "aa/":     "253",
		"https://a/" + strings.Repeat("a", api.MaxEndpointURL-len("https://a/")+1):           "2048",
		"https://hooks.example.com/" + strings.Repeat("%41", api.MaxEndpointURL/3) + "/over": "2048",
	} {
		if err := api.CheckEndpointURL(s, false); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: got %v, want an error that says %q", s, err, word)
		}
	}
}

func TestHTTPNeedsLoopbackAndAllowPrivate(t *testing.T) {
	for _, s := range []string{
		"http://localhost:8080/", "http://LOCALHOST/", "http://hooks.localhost/", "http://127.0.0.1:1/",
		"http://127.9.9.9/", "http://[::1]:8080/",
	} {
		if err := api.CheckEndpointURL(s, true); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if api.CheckEndpointURL(s, false) == nil {
			t.Errorf("%q is accepted where private endpoints are not allowed", s)
		}
	}
	for _, s := range []string{
		"http://hooks.example.com/", "http://10.0.0.1/", "http://notlocalhost/", "http://localhost.example.com/",
		"http://128.0.0.1/",
		"http://[::2]/", "http://user@localhost/", "http://2130706433/", "http://localhost/#a", "http://0.0.0.0/",
	} {
		if api.CheckEndpointURL(s, true) == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

// inet_aton reads many spellings of an address. Only the plain one is accepted.
func TestOnlyPlainIPv4IsAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")
		addr := netip.AddrFrom4([4]byte(b)).String()
		host := spell(t, b)
		err := api.CheckEndpointURL("https://"+host+"/", rapid.Bool().Draw(t, "allow private"))
		if (err == nil) != (host == addr) {
			t.Fatalf("%s for %s: %v", host, addr, err)
		}
	})
}

// spell writes an address in one to four numbers, each decimal, octal or hexadecimal.
func spell(t *rapid.T, b []byte) string {
	var parts []string
	for count := rapid.IntRange(1, 4).Draw(t, "numbers"); len(parts) < count; {
		n := uint64(0)
		width := 1
		if len(parts) == count-1 {
			width = len(b)
		}
		for _, digit := range b[:width] {
			n = n<<8 | uint64(digit)
		}
		b = b[width:]
		parts = append(parts, inBase(n, rapid.SampledFrom([]int{8, 10, 16}).Draw(t, "base")))
	}
	return strings.Join(parts, ".")
}

// inBase writes n as C does, where the base shows in the prefix.
func inBase(n uint64, base int) string {
	prefix := map[int]string{8: "0", 10: "", 16: "0x"}[base]
	return prefix + strconv.FormatUint(n, base)
}

// FuzzCheckEndpointURL checks that url.Parse, and so net/http, reads an accepted URL as the same host, a path and a
// query, and that an error does not repeat the URL.
func FuzzCheckEndpointURL(f *testing.F) {
	for _, s := range []string{
		"https://hooks.example.com:8443/a?b=c", "http://localhost:80/", "https://u:p@h/", "https://h/#f", "https://0x7f.1/",
		"https://[::1]/", "https://[fe80::1%25a]/", "https:opaque", `https://h\@i/`, "https://h%2fi/", "https://h:99999/",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(checkEndpointURL)
}

// These URLs are nearly right. A fuzzer seldom makes such URLs in a short run.
func TestCheckEndpointURLAgreesWithParse(t *testing.T) {
	piece := func(of ...string) *rapid.Generator[string] { return rapid.SampledFrom(of) }
	label := piece("hooks", "a-b", "127", "0177", "0x7f", "1", "localhost", "[::1]", "[::ffff:1.2.3.4]",
		"%2e", "_", "", "%25", "é", "::1", "255")
	rapid.Check(t, func(rt *rapid.T) {
		s := piece("https://", "http://", "HTTPS://", "https:", "//", "https:///", "ftp://").Draw(rt, "scheme") +
			piece("", "", "", "user@", "user:pass@", "@", "a%40b@").Draw(rt, "user") +
			strings.Join(rapid.SliceOfN(label, 1, 4).Draw(rt, "labels"), ".") +
			piece("", "", ":443", ":", ":0", ":65536", ":x", ":+1", ":443:443").Draw(rt, "port") +
			piece("", "/", "/a/../b", "/%2f", "/a b", `\a`, "/a@b", "?q=1", "/#").Draw(rt, "rest")
		checkEndpointURL(t, s, rapid.Bool().Draw(rt, "allow private"))
	})
}

func checkEndpointURL(t *testing.T, s string, allowPrivate bool) {
	t.Helper()
	if err := api.CheckEndpointURL(s, allowPrivate); err != nil {
		// The error is one of a few sentences, whatever the URL is.
		if !strings.HasPrefix(err.Error(), "must ") || !slices.Contains(sentences(), err.Error()) {
			t.Fatalf("%q: the error is not one of the known sentences: %v", s, err)
		}
		return
	}
	u, err := url.Parse(s)
	if err != nil {
		t.Fatalf("%q is accepted, and cannot be parsed: %v", s, err)
	}
	again, err := url.Parse(u.String())
	if err != nil || again.Host != u.Host {
		t.Fatalf("%q names %q, and written again %q (%v)", s, u.Host, again, err)
	}
	if u.User != nil || u.Fragment != "" || u.Opaque != "" || u.Hostname() == "" ||
		strings.ContainsAny(u.Hostname(), "%@/\\ ") {
		t.Fatalf("%q is accepted", s)
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if err == nil && (addr.Zone() != "" || addr.Is4In6()) {
		t.Fatalf("%q is accepted", s)
	}
	local := addr.IsLoopback() || strings.HasSuffix("."+strings.ToLower(u.Hostname()), ".localhost")
	if u.Scheme != "https" && (u.Scheme != "http" || !allowPrivate || !local) {
		t.Fatalf("%q is accepted", s)
	}
	// A name that ends in a number is an address to some parser.
	labels := strings.Split(u.Hostname(), ".")
	if end := labels[len(labels)-1]; err != nil && strings.Trim(end, "0123456789") == "" {
		t.Fatalf("%q is accepted, as a name", s)
	}
}

// sentences are the errors for URLs that are wrong in one way each.
func sentences() []string {
	var all []string
	for _, s := range []string{
		"", "ftp://a", "https://", "http://a/", "https://u@a/", "https://a/#", "https://a:0/", "https://a/ ", "https://a./",
		"https://1/", "https://[::ffff:1.2.3.4]/",
		"https://" + strings.Repeat("a.", 126) + "aa/", "https:a",
	} {
		all = append(all, api.CheckEndpointURL(s, false).Error())
	}
	return all
}
