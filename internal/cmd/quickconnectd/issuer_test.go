package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// TestIssuer: an issuer is added, listed without its secret and removed, and its name is not used again.
func TestIssuer(t *testing.T) {
	c := clock.NewFake(epoch)
	dir := t.TempDir()
	bootstrapped(t, c, dir)
	file := filepath.Join(t.TempDir(), "client")
	if err := os.WriteFile(file, []byte("canary-of-the-client\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	add := []string{
		"issuer", "add", "--data-dir", dir, "--tenant", "acme", "--name", "corp", "--url", "https://id.example.com",
		"--client-id", "quickconnect", "--client-secret-file", file, "--require-amr", "mfa",
	}
	for _, step := range []struct {
		args []string
		code int
		says string
	}{
		{add, exitOK, "PUBLIC-URL/console/callback"},
		{add, exitError, "choose another name"},
		{[]string{"issuer", "list", "--data-dir", dir, "--tenant", "acme"}, exitOK, "https://id.example.com"},
		{[]string{"issuer", "list", "--data-dir", dir, "--tenant", "other"}, exitError, "there is no tenant other"},
		{[]string{"issuer", "remove", "--data-dir", dir, "--tenant", "acme", "--name", "x"}, exitError, "has no issuer x"},
		{[]string{"issuer", "remove", "--data-dir", dir, "--tenant", "acme", "--name", "corp"}, exitOK, "sessions ended: 0"},
		{add, exitError, "choose another name"},
		{[]string{"serve", "--data-dir", dir, "--public-url", "https://a.example.com/x"}, exitUsage, "must have no path"},
		{[]string{"serve", "--data-dir", dir, "--public-url", "http://a.example.com"}, exitUsage, "https://"},
	} {
		code, out, log := call(t, c, step.args...)
		if says := out + log; code != step.code || !strings.Contains(says, step.says) || strings.Contains(says, "canary") {
			t.Errorf("%v: %d %s", step.args, code, says)
		}
	}
}
