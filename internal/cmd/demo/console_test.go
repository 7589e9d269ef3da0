package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The console of the demo is open over TLS, and leads to the provider to sign in. The first act is not needed for it.
func TestConsole(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for dir, target := range map[string]string{".": "./internal/cmd/quickconnectd", "internal/oidcserver": "."} {
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false",
			"-o", bin+string(filepath.Separator), target)
		build.Dir, build.Env = filepath.Join(root, dir), append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	d := &demo{bin: bin, cli: "true", examples: filepath.Join(root, "examples"), withConsole: true}
	d.prepare()
	t.Cleanup(func() {
		if err := d.close(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
	d.start(t.Context())
	d.openConsole(t.Context())
	d.sayHowToGoOn()

	trusted, err := os.ReadFile(d.console.certificate)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(trusted)
	over := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	t.Cleanup(over.CloseIdleConnections)
	address := d.platform.URL + "/console/sign-in?tenant=" + tenant + "&issuer=demo"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := over.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if to := resp.Header.Get("Location"); !strings.HasPrefix(to, d.console.provider.URL+"/auth?") {
		t.Errorf("the sign-in has status %d, and leads to %q", resp.StatusCode, to)
	}
}
