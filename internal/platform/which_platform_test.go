package platform_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Whatever is asked, and by whom: the answer names the platform, and the identity says the same.
func TestEveryAnswerNamesThePlatform(t *testing.T) {
	w := newWorld(t)
	who := decoded[api.Identity](w.do("GET", "/v1/identity", nil).want(200))
	if !api.IsPlatformID(who.PlatformID) || who.Incarnation != 1 || !who.RestoreConfirmed {
		t.Fatalf("the identity says platform %q, incarnation %d, confirmed %v", who.PlatformID, who.Incarnation,
			who.RestoreConfirmed)
	}
	want := who.PlatformID + "/1"
	c := w.newConnector("chat", nil)
	for _, r := range []*reply{
		w.do("GET", pathConnectors+"/"+c.ID, nil).want(200),
		w.do("GET", pathConnectors, nil).want(200),
		w.do("DELETE", pathConnectors+"/"+c.ID, nil).want(204),
		w.do("GET", pathConnectors+"/"+c.ID, nil).want(404),
		w.do("POST", pathConnectors, "{").want(422),
		w.send("", "GET", pathConnectors, nil).want(401),
		w.as(api.RoleAuditor, "POST", pathConnectors, object{}).want(403),
		w.as(api.RoleRuntime, "GET", "/v1/identity", nil).want(200),
		w.do("GET", "/v1/nothing", nil).want(404),
		w.do("PATCH", "/v1/identity", object{}).want(405),
		w.send("", "GET", "/healthz", nil).want(200),
		w.send("", "GET", "/openapi.json", nil).want(200),
		w.send("", "GET", "/metrics", nil).want(200),
	} {
		if got := r.header.Get(api.HeaderPlatform); got != want {
			t.Errorf("%s: status %d from platform %q, want %q", r.what, r.status, got, want)
		}
	}
	if got := decoded[api.Identity](w.as(api.RoleRuntime, "GET", "/v1/identity", nil)); got.Platform() != who.Platform() {
		t.Errorf("a runtime principal is told %v", got.Platform())
	}

	w.restart()
	if got := w.send("", "GET", "/healthz", nil).header.Get(api.HeaderPlatform); got != want {
		t.Errorf("after a restart the platform is %q, want %q", got, want)
	}
}

// A restore gives the database another incarnation. It is confirmed beside the running server.
func TestIdentityAfterARestore(t *testing.T) {
	w := newWorld(t)
	before := decoded[api.Identity](w.do("GET", "/v1/identity", nil))
	w.tamper("UPDATE platform SET incarnation = 3, restore_confirmed = 0")
	w.restart()
	got := decoded[api.Identity](w.do("GET", "/v1/identity", nil))
	if got.PlatformID != before.PlatformID || got.Incarnation != 3 || got.RestoreConfirmed {
		t.Errorf("restored: %v, confirmed %v", got.Platform(), got.RestoreConfirmed)
	}
	if h := w.send("", http.MethodGet, "/healthz", nil).header.Get(api.HeaderPlatform); h != got.PlatformID+"/3" {
		t.Errorf("the header is %q", h)
	}
	w.tamper("UPDATE platform SET restore_confirmed = 1")
	if got := decoded[api.Identity](w.do("GET", "/v1/identity", nil)); !got.RestoreConfirmed {
		t.Error("the confirmation does not show")
	}
}

// Two platforms with the same tenants and environments have different ids, and bootstrap makes the id that serve keeps.
func TestPlatformsDiffer(t *testing.T) {
	w := newWorld(t)
	first := decoded[api.Identity](w.do("GET", "/v1/identity", nil)).PlatformID
	dir := t.TempDir()
	k, err := keyring.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(dir, "platform.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	idOf := func() (id string) {
		err := s.View(t.Context(), func(tx *store.Tx) error {
			p, err := tx.Platform(t.Context())
			if err == nil {
				id = p.ID
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if _, err := access.Bootstrap(t.Context(), s, k, w.clock, "acme", []string{"staging"}, 0); err != nil {
		t.Fatal(err)
	}
	made := idOf()
	if made == first || !api.IsPlatformID(made) {
		t.Errorf("one platform is %q, another %q", first, made)
	}
	if _, err := platform.New(t.Context(), platform.Config{Store: s, Keyring: k, Clock: w.clock}); err != nil {
		t.Fatal(err)
	}
	if got := idOf(); got != made {
		t.Errorf("bootstrap made %q, and serve %q", made, got)
	}
}
