package main

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// readiness returns the status of /readyz.
func readiness(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct{ Status string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %v", resp.StatusCode, err)
	}
	return out.Status
}

// TestClockAccept runs beside a server, which follows.
func TestClockAccept(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	bootstrapped(t, c, dir)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	accept := func(says string) {
		t.Helper()
		code, out, log := call(t, c, "clock", "accept", "--data-dir", dir)
		if code != 0 || !strings.Contains(out, c.Now().Format(time.RFC3339)) || !strings.Contains(out, says) {
			t.Errorf("exit code %d: %s%s", code, out, log)
		}
	}
	accept("was not in doubt")
	c.Jump(-time.Hour)
	if got := readiness(t, s.url); got != "degraded" {
		t.Fatalf("after a jump: %s", got)
	}
	accept("is 1h0m0s before the newest time")
	for !strings.Contains(s.log.String(), "the clock is trusted again") { // the server looks once a second
		runtime.Gosched()
	}
	if got := readiness(t, s.url); got != "ready" {
		t.Errorf("after the acceptance: %s", got)
	}
	if code, _, log := call(t, c, "clock", "--data-dir", dir); code != 2 || !strings.Contains(log, "clock accept") {
		t.Errorf("exit code %d: %s", code, log)
	}
}
