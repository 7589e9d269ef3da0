package platform_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/oidctest"
)

// TestReplicasRefreshOnce: consumers of two replicas find at the same time that the access token has ended. One replica
// uses the refresh token, once, and every consumer gets the access token that came of it. The authorization server ends
// the grant if it sees a refresh token twice.
func TestReplicasRefreshOnce(t *testing.T) {
	t.Parallel()
	all := newReplicas(t, 0, 0)
	a := all[0].withOAuth(nil)
	a.p.Rotation(oidctest.RotateStrictly)
	const rounds = 5
	for round := range rounds {
		var mu sync.Mutex
		got := map[string]int{}
		together(slices.Repeat(all, 3), func(w *world) {
			r := w.send(a.token, "GET", credentialsOf(a.id), nil)
			value := ""
			if r.status == http.StatusOK {
				value = decoded[fetched](r).Credentials["access_token"]
			}
			mu.Lock()
			defer mu.Unlock()
			got[value]++
		})
		if len(got) != 1 || got[""] > 0 {
			t.Fatalf("round %d: consumers got these access tokens: %v", round, got)
		}
		if n := a.used(); n != round+1 {
			t.Fatalf("round %d: %d requests to the authorization server", round, n)
		}
		advance(all, time.Hour)
	}
	a.status(api.RefreshCurrent)
}
