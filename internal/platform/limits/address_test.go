package limits_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

func TestLastHop(t *testing.T) {
	trusted, err := limits.ParseTrusted("10.0.0.0/8, 192.0.2.7,2001:db8:1::/48")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy":                           {"203.0.113.1", nil, "203.0.113.1"},
		"a client that writes the header":    {"203.0.113.1", []string{"198.51.100.1"}, "203.0.113.1"},
		"a trusted proxy":                    {"10.0.0.1", []string{"198.51.100.1"}, "198.51.100.1"},
		"a forged entry before a real one":   {"10.0.0.1", []string{"8.8.8.8, 198.51.100.1"}, "198.51.100.1"},
		"two trusted proxies":                {"10.0.0.1", []string{"8.8.8.8, 198.51.100.1, 192.0.2.7"}, "198.51.100.1"},
		"two headers":                        {"10.0.0.1", []string{"8.8.8.8", "198.51.100.1", "10.0.0.2"}, "198.51.100.1"},
		"a client among the proxies":         {"10.0.0.1", []string{"10.0.0.9"}, "10.0.0.9"},
		"a trusted proxy without the header": {"10.0.0.1", nil, "10.0.0.1"},
		"an entry that cannot be read":       {"10.0.0.1", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"an entry with a port":               {"10.0.0.1", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		"IPv6 with a port":                   {"2001:db8:1::1", []string{"[2001:db8:2::1]:4711"}, "2001:db8:2::1"},
		"IPv6 in brackets":                   {"2001:db8:1::1", []string{"[2001:db8:2::1]"}, "2001:db8:2::1"},
		"IPv4 as IPv6":                       {"10.0.0.1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := limits.LastHop(netip.MustParseAddr(tc.peer), tc.forwarded, trusted)
			if got.String() != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestFromReadsNoOtherHeader(t *testing.T) {
	l := limits.New(limits.Config{Trusted: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}})
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header.Set("Forwarded", "for=198.51.100.1")
	r.Header.Set("X-Real-Ip", "198.51.100.1")
	if got := l.From(r).String(); got != "192.0.2.1" {
		t.Errorf("%s", got)
	}
	r.Header.Set("X-Forwarded-For", "198.51.100.2")
	if got := l.From(r).String(); got != "198.51.100.2" {
		t.Errorf("%s", got)
	}
}

// TestAddressesOfOneClientCountAsOne: an IPv6 client chooses among the addresses of a /64.
func TestAddressesOfOneClientCountAsOne(t *testing.T) {
	l := limits.New(limits.Config{Address: 1})
	take := func(address string) bool {
		return l.Anonymous(limits.Address, netip.MustParseAddr(address), epoch) == nil
	}
	if !take("2001:db8::1") || !take("2001:db8::2") || take("2001:db8::3") {
		t.Error("the addresses of one /64 are not counted together")
	}
	if !take("2001:db8:0:1::1") || !take("198.51.100.1") || !take("198.51.100.1") || take("198.51.100.1") ||
		!take("198.51.100.2") {
		t.Error("other addresses are")
	}
	if l.Anonymous(limits.Health, netip.MustParseAddr("198.51.100.1"), epoch) != nil {
		t.Error("a health check counts with other requests")
	}
}

func TestParseTrusted(t *testing.T) {
	for _, bad := range []string{"10.0.0.0/33", "proxy.example.com", "10.0.0.1:80"} {
		if _, err := limits.ParseTrusted("10.0.0.1," + bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	got, err := limits.ParseTrusted(" 10.1.2.3/8 ,, ::1")
	if err != nil || len(got) != 2 || got[0].String() != "10.0.0.0/8" || got[1].String() != "::1/128" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOneLineAMinute(t *testing.T) {
	n := limits.NewNotes()
	lines := func(caller string, now time.Time) (count int64) {
		worth, count := n.Worth(limits.Address, caller, now)
		if worth != (count > 0) {
			t.Fatalf("worth %v, %d", worth, count)
		}
		return count
	}
	for i, want := range []int64{1, 0, 0} {
		if got := lines("a", epoch.Add(time.Duration(i)*time.Second)); got != want {
			t.Errorf("refusal %d: %d, want %d", i, got, want)
		}
	}
	if lines("b", epoch) != 1 {
		t.Error("another caller has no line of its own")
	}
	if got := lines("a", epoch.Add(time.Minute)); got != 3 {
		t.Errorf("a minute later: %d, want 3", got)
	}
	if got := lines("a", epoch.Add(time.Hour)); got != 1 {
		t.Errorf("an hour later: %d, want 1", got)
	}
}
