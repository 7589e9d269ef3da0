package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestLogin: the token of a person is kept in a file that only the user can read, serves the other commands, and is
// forgotten once the platform has ended the session. The platform's own tests have the device flow.
func TestLogin(t *testing.T) {
	o := newOperator(t, api.RoleAuditor)
	token := o.env["QUICKCONNECT_TOKEN"]
	delete(o.env, "QUICKCONNECT_TOKEN")
	o.run("inventory").want(exitRefused, "quickconnect login")
	o.run("logout").want(exitNoChange)

	to, err := url.Parse(o.p.URL)
	if err != nil {
		t.Fatal(err)
	}
	probe, err := http.Get(o.p.URL + "/v1/identity") //nolint:bodyclose // the next line closes it
	if err != nil {
		t.Fatal(err)
	}
	_ = probe.Body.Close()
	polls, down := 0, false
	answer := func(w http.ResponseWriter, body map[string]any) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set(api.HeaderPlatform, probe.Header.Get(api.HeaderPlatform))
		_ = json.NewEncoder(w).Encode(body)
	}
	mux := http.NewServeMux()
	mux.Handle("/", httputil.NewSingleHostReverseProxy(to))
	mux.HandleFunc("POST /v1/logins", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"device_code": "device-code-of-test", "user_code": "ABCD-EFGH", "verification_uri": "https://id.example.com/device",
			"expires_in": 600, "interval": 5,
		})
	})
	mux.HandleFunc("POST /v1/logins/poll", func(w http.ResponseWriter, _ *http.Request) {
		if polls++; polls == 1 {
			answer(w, map[string]any{"status": "pending", "interval": 5})
			return
		}
		answer(w, map[string]any{
			"status": "signed_in", "token": token, "name": "jo@example.com", "expires_at": o.p.Clock.Now().Add(8 * time.Hour),
		})
	})
	mux.HandleFunc("POST /v1/logins/end", func(w http.ResponseWriter, _ *http.Request) {
		if down {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		answer(w, map[string]any{"ended": true})
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	o.env["QUICKCONNECT_ENDPOINT"] = s.URL

	o.run("login").want(exitRefused, "--issuer")
	o.run("login --issuer corp").
		want(exitDone, "https://id.example.com/device", "ABCD-EFGH", "signed in as jo@example.com")
	files, _ := filepath.Glob(filepath.Join(o.configDir, "quickconnect", "*"))
	if len(files) != 1 || polls != 2 {
		t.Fatalf("files %q after %d questions", files, polls)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	o.run("inventory").want(exitDone, "as jo@example.com")
	o.run("inventory --environment production").want(exitRefused, "quickconnect login")

	down = true
	o.run("logout").want(exitFailed, "The file was kept")
	down = false
	o.p.Clock.Advance(8 * time.Hour)
	o.run("inventory").want(exitRefused, "run quickconnect login again")
	o.run("logout").want(exitDone, "signed out")
	o.run("inventory").want(exitRefused)
}
