package platform_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

// BenchmarkQuietTenantBesideFlood measures how long writes of one tenant take, alone and while another tenant sends
// writes on 64 connections as fast as it is answered: with the default limits, and without any. The goal with limits is
// a p99 of at most 1.5 times that of the quiet platform, and 20 ms more. The flood runs on the same machine, and takes
// processor time from both.
func BenchmarkQuietTenantBesideFlood(b *testing.B) {
	defaults := limits.Default()
	for name, c := range map[string]*limits.Config{"default limits": &defaults, "no limits": {}} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			p, err := platform.New(b.Context(), platform.Config{
				Store: w.store, Keyring: w.keyring, Clock: clock.System(), Limits: c,
			})
			if err != nil {
				b.Fatal(err)
			}
			server := httptest.NewServer(p)
			b.Cleanup(server.Close)
			var quiet, beside time.Duration
			rounds := 0
			for b.Loop() {
				rounds++
				quiet += p99(b, server.URL, w.foreign["globex/staging"], fmt.Sprint("quiet-", rounds))
				end := floodFrom(b, server.URL, w.tokens[api.RoleDeployer])
				beside += p99(b, server.URL, w.foreign["globex/staging"], fmt.Sprint("beside-", rounds))
				b.Logf("the flood sent %s", end())
			}
			milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(rounds) }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(milliseconds(quiet), "ms-p99-quiet")
			b.ReportMetric(milliseconds(beside), "ms-p99-beside-flood")
			b.ReportMetric(float64(beside)/float64(quiet), "ratio")
		})
	}
}

// p99 sends writes, one after the other, 50 a second, and returns the time that one in a hundred exceeds.
func p99(b *testing.B, url, token, name string) time.Duration {
	b.Helper()
	const writes = 300
	took := make([]time.Duration, 0, writes)
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	now := clock.System().Now
	for i := range writes {
		<-pace.C
		began := now()
		if status := postPolicy(b.Context(), b, http.DefaultClient, url, token, fmt.Sprint(name, "-", i)); status != 201 {
			b.Fatalf("status %d for the quiet tenant", status)
		}
		took = append(took, now().Sub(began))
	}
	slices.Sort(took)
	return took[writes*99/100]
}

// floodFrom begins a flood. The function that it returns ends it, and says what came of it.
func floodFrom(b *testing.B, url, token string) (end func() string) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var senders sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	began := clock.System().Now()
	for i := range 64 {
		senders.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				status := postPolicy(ctx, b, client, url, token, fmt.Sprint("flood-", began.UnixMicro(), "-", i, "-", n))
				mu.Lock()
				statuses[status]++
				mu.Unlock()
			}
		})
	}
	return func() string {
		cancel()
		senders.Wait()
		client.CloseIdleConnections()
		return fmt.Sprintf("%v in %s", statuses, clock.System().Now().Sub(began))
	}
}

// postPolicy creates a policy, and returns the status; 0 if the context ended.
func postPolicy(ctx context.Context, b *testing.B, client *http.Client, url, token, name string) int {
	b.Helper()
	body := fmt.Sprintf(`{"name": %q, "interval": "30d"}`, name)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+pathPolicies, strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return 0
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		if ctx.Err() == nil {
			b.Error(err)
		}
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}
