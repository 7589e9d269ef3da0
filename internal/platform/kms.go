package platform

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const (
	// keepInterval is how often data keys are looked at that must be unwrapped again.
	keepInterval = 15 * time.Second
	// idleProbe is after how long a key-management service is asked that nothing has asked since.
	idleProbe = time.Minute
)

// keeper keeps data keys fresh that a key outside of the machine has wrapped, and learns of an outage before a request
// does.
type keeper struct {
	ring  *keyring.Keyring
	keys  *keys.Keys
	clock clock.Clock
	log   *slog.Logger

	mu     sync.Mutex
	logged map[string]bool // services whose failure is in the log
}

func newKeeper(c Config, r *txn.Runner) *keeper {
	return &keeper{ring: c.Keyring, keys: r.Keys, clock: r.Clock, log: c.Logger, logged: map[string]bool{}}
}

func (k *keeper) run(ctx context.Context, _ time.Duration) {
	tick := time.NewTicker(keepInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.keep(ctx)
		}
	}
}

// keep does it once. The state of the service says how it went, and report says so in the log.
func (k *keeper) keep(ctx context.Context) {
	err := keys.Refresh(ctx, k.keys)
	if err == nil && k.idle() {
		err = k.ring.Reach(ctx)
	}
	if err != nil && !keyring.IsUnreachable(err) && !keyring.IsRefused(err) && ctx.Err() == nil {
		k.log.Error("data keys were not refreshed", "error", err.Error())
	}
	k.report()
}

// idle reports whether nothing has asked the service lately, or it did not answer when it was asked last.
func (k *keeper) idle() bool {
	for _, s := range k.ring.Services() {
		if s.Failed == nil && k.clock.Now().Sub(s.At) < idleProbe {
			return false
		}
	}
	return true
}

// report logs when a service begins to fail, and when that ends.
func (k *keeper) report() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.ring.Services() {
		switch failed := s.Failed != nil; {
		case failed && !k.logged[s.Key]:
			k.log.Error("the key-management service cannot be used: values whose data keys are in memory still open, and "+
				"writes that need a new data key are refused", "key", s.Key, "reason", keyring.Reason(s.Failed),
				"refused", keyring.IsRefused(s.Failed))
		case !failed && k.logged[s.Key]:
			k.log.Info("the key-management service can be used again", "key", s.Key)
		}
		k.logged[s.Key] = s.Failed != nil
	}
}

// keysCheck reports how the key-management service is. In an outage the values in memory still open, for the time of
// --kek-outage: a load balancer must not take the platform away meanwhile.
func keysCheck(ring *keyring.Keyring, c clock.Clock) func(context.Context) httpapi.Finding {
	return func(context.Context) httpapi.Finding {
		worst := httpapi.Finding{State: httpapi.StateOK}
		for _, s := range ring.Services() {
			if found := judgeService(s, c.Now(), ring.Outage()); worst.State != httpapi.StateFailed &&
				found.State != httpapi.StateOK {
				worst = found
			}
		}
		return worst
	}
}

func judgeService(s keyring.ServiceState, now time.Time, outage time.Duration) httpapi.Finding {
	since := s.Since.UTC().Format(time.RFC3339)
	switch {
	case s.Failed == nil:
		return httpapi.Finding{State: httpapi.StateOK}
	case keyring.IsRefused(s.Failed) && !s.Opens:
		return httpapi.Finding{State: httpapi.StateFailed, Text: "the key-management service refuses the platform since " +
			since + "; no sealed value opens; the log has the reason"}
	case keyring.IsRefused(s.Failed):
		return httpapi.Finding{State: httpapi.StateDegraded, Text: "the key-management service seals nothing new since " +
			since + ", and every write that needs a new data key is refused; the log has the reason"}
	case now.Sub(s.Since) >= outage:
		return httpapi.Finding{State: httpapi.StateFailed, Text: "the key-management service cannot be reached since " +
			since + ", and the time that the platform bridges has passed; no sealed value opens; the log has the reason"}
	}
	return httpapi.Finding{State: httpapi.StateDegraded, Text: fmt.Sprintf("the key-management service cannot be reached "+
		"since %s; values whose data keys are in memory open until %s, and every write that needs a new data key is "+
		"refused; the log has the reason", since, s.Since.Add(outage).UTC().Format(time.RFC3339))}
}
