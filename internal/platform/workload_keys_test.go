package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

func (i *issued) fetches() int { return len(i.p.Requests(oidctest.KeysPath)) }

// takes sends a JWT that fits.
func (i *issued) takes() {
	i.t.Helper()
	i.exchangesJWT(i.p.Sign(i.with(nil)), "identity", i.id).want(200)
}

// TestKeysRollOver: a new key counts at once, a withdrawn one until the keys are fetched again, and an unknown key has
// them fetched every 30 seconds at most.
func TestKeysRollOver(t *testing.T) {
	i := newIssued(t, api.PresetBuildkite, nil)
	first := i.p.RotateKey("RS256")
	old := i.p.Sign(i.with(nil))
	for range 3 {
		i.takes()
	}
	if n := i.fetches(); n != 1 {
		t.Fatalf("%d fetches for one key", n)
	}
	i.clock.Advance(30 * time.Second)
	i.p.RotateKey("ES256")
	i.takes()
	if n := i.fetches(); n != 2 {
		t.Fatalf("%d fetches after a new key", n)
	}
	i.p.RotateKey("EdDSA")
	i.clock.Advance(29 * time.Second)
	for range 3 {
		i.exchangesJWT(i.p.Sign(i.with(nil)), "identity", i.id).problem(api.CodeInvalidGrant, "")
	}
	if n := i.fetches(); n != 2 {
		t.Fatalf("%d fetches within 30 seconds", n)
	}
	i.clock.Advance(time.Second)
	i.takes()
	i.exchangesJWT(old, "identity", i.id).want(200)
	if n := i.fetches(); n != 3 {
		t.Errorf("%d fetches after the third key", n)
	}
	i.p.DropKey(first)
	i.exchangesJWT(old, "identity", i.id).want(200)
	i.clock.Advance(15 * time.Minute)
	if got := i.reasonNow(i.p.SignJWT(oidctest.JWT{Claims: i.with(nil), Key: first})); got != "unknown_key" {
		t.Errorf("a withdrawn key: %s", got)
	}
}

// TestKeysOutliveAnOutage: fetched keys are used for 24 hours while the issuer is away, and no longer.
func TestKeysOutliveAnOutage(t *testing.T) {
	i := newIssued(t, api.PresetBuildkite, nil)
	i.takes()
	i.p.Fail(oidctest.Fault{Path: oidctest.KeysPath, Status: http.StatusServiceUnavailable, Body: "no text of the issuer"})
	i.clock.Advance(24*time.Hour - time.Second)
	i.takes()
	metrics := string(i.send("", "GET", "/metrics", nil).want(200).body)
	if !strings.Contains(metrics, "quickconnect_issuer_keys_age_seconds 86399\n") {
		t.Error("the metrics do not have the age of the keys")
	}
	i.clock.Advance(time.Second)
	if got := i.reasonNow(i.p.Sign(i.with(nil))); got != "keys_unavailable" {
		t.Errorf("after 24 hours: %s", got)
	}
	if strings.Contains(i.log.String(), "no text of the issuer") {
		t.Error("the log has a text of the issuer")
	}
	i.p.ClearFaults()
	i.clock.Advance(30 * time.Second)
	i.takes()
}

// TestIssuersThatAreNotFollowed: no redirect, no long answer, no discovery document of another issuer.
func TestIssuersThatAreNotFollowed(t *testing.T) {
	for name, fault := range map[string]oidctest.Fault{
		"a redirect of the document": {Path: oidctest.DiscoveryPath, Status: 302, Location: "/elsewhere"},
		"a redirect of the keys":     {Path: oidctest.KeysPath, Status: 307, Location: oidctest.KeysPath + "?x"},
		"too many keys":              {Path: oidctest.KeysPath, Padding: 64 << 10},
		"a long document":            {Path: oidctest.DiscoveryPath, Padding: 64 << 10},
		"no JSON":                    {Path: oidctest.KeysPath, Status: 200, Body: "<html>"},
		"another issuer": {
			Path: oidctest.DiscoveryPath, Status: 200,
			Body: `{"issuer":"https://evil.example.com","jwks_uri":"https://evil.example.com/k"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssued(t, api.PresetBuildkite, nil)
			i.p.Fail(fault)
			if got := i.reasonNow(i.p.Sign(i.with(nil))); got != "keys_unavailable" {
				t.Errorf("refused for %s", got)
			}
		})
	}
}

// TestPrivateIssuersAreRefused: at a write, and for keys, unless the operator trusts the issuer or the keys are
// uploaded.
func TestPrivateIssuersAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, issuer := range []string{"http://127.0.0.1:8080", "https://10.0.0.1", "https://169.254.169.254"} {
		body := identityBody("ci", object{"issuer": issuer})
		w.do("POST", pathIdentities, body).problem(api.CodeInvalid, "/issuer")
	}
	w.newIdentity("ci", object{"issuer": "https://10.0.0.1", "jwks": newSigner(t, "k").jwks()})
	w.trusted = []string{"https://10.0.0.1"}
	w.restart()
	w.newIdentity("trusted", object{"issuer": "https://10.0.0.1"})
	w.do(
		"POST",
		pathIdentities,
		identityBody("slash", object{"issuer": "https://10.0.0.1/"}),
	).problem(
		api.CodeInvalid,
		"/issuer",
	)
}

// TestIdentitiesThatAreNotThere: another identity, a deleted one and one of another environment look alike.
func TestIdentitiesThatAreNotThere(t *testing.T) {
	i := newIssued(t, api.PresetBuildkite, nil)
	jwt := i.p.Sign(i.with(nil))
	want := i.exchangesJWT(jwt, "identity", "wid_none").problem(api.CodeInvalidGrant, "").Detail
	far := i.newIdentity("far", object{
		"preset": api.PresetBuildkite, "issuer": i.p.Issuer, "claims": object{"organization_id": "o-1"},
		"allowed_cidrs": []string{"192.0.2.0/24"},
	})
	i.do("DELETE", pathIdentities+"/"+i.id, nil).want(204)
	for _, form := range [][]string{
		{"identity", i.id},
		{"identity", far.ID},
		{"identity", "ci", "tenant", "acme", "environment", "staging"},
		{"identity", "far", "tenant", "other", "environment", "staging"},
	} {
		if got := i.exchangesJWT(jwt, form...).problem(api.CodeInvalidGrant, "").Detail; got != want {
			t.Errorf("%v: %s", form, got)
		}
	}
	i.exchangesJWT(jwt).problem(api.CodeInvalid, "/identity")
	i.exchangesJWT(jwt, "identity", "ci").problem(api.CodeInvalid, "/identity")
	i.exchangesJWT(jwt, "identity", "ci", "tenant", "acme").problem(api.CodeInvalid, "/environment")
}
