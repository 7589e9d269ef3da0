package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSource(t *testing.T) {
	now := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	status, version, fetches := http.StatusOK, int64(1), 0
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetches++
		if r.Header.Get("Authorization") != "Bearer qct_test" || r.URL.Path != "/v1/connectors/con_1/credentials" {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(credentials{Version: version, FetchAgainAt: now.Add(5 * time.Minute)})
	}))
	defer platform.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("qct_test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &source{
		endpoint: platform.URL, connector: "con_1", tokenFile: file, consumer: "test", client: platform.Client(),
		now: func() time.Time { return now },
	}
	want := func(version int64, fetched int) {
		t.Helper()
		c, err := s.get(context.Background())
		if err != nil || c.Version != version || fetches != fetched {
			t.Errorf("got %+v, %v after %d fetches; want version %d after %d", c, err, fetches, version, fetched)
		}
	}
	want(1, 1)
	want(1, 1) // not before it was told to
	version, now = 2, now.Add(5*time.Minute)
	want(2, 2)
	status, now = http.StatusServiceUnavailable, now.Add(5*time.Minute)
	want(2, 3)
	want(2, 3) // not again at once
	status, now = http.StatusForbidden, now.Add(retryAfter)
	if _, err := s.get(context.Background()); !errors.Is(err, errRefused) {
		t.Errorf("a token that is refused: %v", err)
	}
	status = http.StatusServiceUnavailable
	if _, err := s.get(context.Background()); err == nil {
		t.Error("credentials that were withdrawn go on")
	}
}
