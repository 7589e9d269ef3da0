package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

func TestEgressAddressesAreNetworks(t *testing.T) {
	for list, want := range map[string][]string{
		"":                                nil,
		"192.0.2.7":                       {"192.0.2.7/32"},
		"192.0.2.0/24, 2001:db8::/32,::1": {"192.0.2.0/24", "2001:db8::/32", "::1/128"},
		"192.0.2.7/24":                    {},
		"hooks.example.com":               {},
		"192.0.2.7,":                      {},
		"fe80::1%eth0":                    {},
	} {
		got, err := readEgressAddresses(list)
		refused := want != nil && len(want) == 0
		if refused != errors.Is(err, errUsage) || !refused && !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
}

// What the flag or the variable says is published.
func TestEgressAddressesArePublished(t *testing.T) {
	t.Setenv("QUICKCONNECTD_EGRESS_ADDRESSES", "192.0.2.7")
	for want, flags := range map[string][]string{
		"192.0.2.7/32": nil, "2001:db8::/32": {"--egress-addresses", "2001:db8::/32"},
	} {
		dir, c := t.TempDir(), clock.NewFake(epoch)
		s := start(t, c, append([]string{"--data-dir", dir, "--listen", "127.0.0.1:0"}, flags...)...)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/identity", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+bootstrapped(t, c, dir))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var who api.Identity
		if err := json.NewDecoder(resp.Body).Decode(&who); err != nil || !slices.Equal(who.EgressAddresses, []string{want}) {
			t.Errorf("%v, %v", who.EgressAddresses, err)
		}
		_ = resp.Body.Close()
	}
}

// A trusted issuer that no identity can have is an error at the start, which says what to write and repeats nothing. A
// path is part of an issuer, and a trailing slash too.
func TestTrustedIssuersThatAreNone(t *testing.T) {
	good := []string{
		"https://gitlab.example.com", "https://10.0.0.1:8443/id/1", "https://auth.example.com/", "http://127.0.0.1:8080",
	}
	if err := checkTrustedIssuers(good); err != nil {
		t.Error(err)
	}
	c := clock.NewFake(epoch)
	for issuer, says := range map[string]string{
		"http://gitlab.internal":               "must start with https://",
		"gitlab.internal/id/1":                 "must be a URL such as https://gitlab.example.com",
		"/var/run/issuer":                      "must be a URL such as https://gitlab.example.com",
		"https://root:hunter2@gitlab.internal": "must have no user name and no password",
		"https://gitlab.internal?hunter2":      "must have no query and no fragment",
		"https://gitlab.internal#hunter2":      "must have no query and no fragment",
		"ftp://gitlab.internal":                "must be a URL such as https://gitlab.example.com",
	} {
		args := []string{"serve", "--data-dir", t.TempDir(), "--trusted-issuer", good[0], "--trusted-issuer", issuer}
		code, out, log := call(t, c, args...)
		if code != exitUsage || !strings.Contains(log, "--trusted-issuer "+says) || strings.Contains(out+log, "hunter2") {
			t.Errorf("%s: exit code %d, %s", issuer, code, log)
		}
	}
}
