package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

func TestDurationsInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "less than 1 millisecond", time.Microsecond: "less than 1 millisecond", time.Millisecond: "1 millisecond",
		1500 * time.Millisecond: "1 second 500 milliseconds", time.Second: "1 second", 10 * time.Second: "10 seconds",
		61 * time.Second: "1 minute 1 second", 90 * time.Minute: "1 hour 30 minutes", time.Hour + time.Second: "1 hour",
		49*time.Hour + 5*time.Minute: "2 days 1 hour", -time.Hour: "minus 1 hour",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
	var b bytes.Buffer
	newLogger(&b).Info("stopping", "timeout", shutdownTimeout, "n", 3)
	if got := b.String(); !strings.Contains(got, `"timeout":"10 seconds","n":3`) {
		t.Errorf("%s", got)
	}
}

// TestStartIsLogged: the first line says which build serves what, and the last ones have a duration in words.
func TestStartIsLogged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	c := clock.NewFake(epoch)
	token := bootstrapped(t, c, dir)
	first := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	post := poster(t, first, token)
	if status, _ := post("/v1/connectors", `{"name": "c", "owner": "o", "type": "custom"}`); status != http.StatusCreated {
		t.Fatalf("status %d", status)
	}
	if status, _ := post("/v1/rotation-policies", `{"name": "p", "interval": "30d"}`); status != http.StatusCreated {
		t.Fatalf("status %d", status)
	}
	first.stop()
	if log := first.log.String(); !strings.Contains(log, `"timeout":"10 seconds"`) {
		t.Errorf("no duration in words: %s", log)
	}
	second := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	line, _, _ := strings.Cut(second.log.String(), "\n")
	var got struct {
		Msg                            string
		Version                        string
		DataDir                        string `json:"data_dir"`
		Tenants, Environments, Objects int
	}
	if err := json.Unmarshal([]byte(line), &got); err != nil || got.Msg != "quickconnectd starts" ||
		got.Version != version || got.DataDir != dir || got.Tenants != 1 || got.Environments != 1 || got.Objects != 2 {
		t.Errorf("%s: %v", line, err)
	}
}
