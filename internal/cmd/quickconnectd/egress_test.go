package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
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
