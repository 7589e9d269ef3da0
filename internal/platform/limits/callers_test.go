package limits_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/limits"
)

func perSecond(n int64) limits.Rate { return limits.Rate{Requests: n, Per: time.Second, Burst: 2 * n} }

// TestFloodOfOnePrincipalDoesNotCountForOthers: what its own limit refuses uses nothing of its environment's.
func TestFloodOfOnePrincipalDoesNotCountForOthers(t *testing.T) {
	c := limits.NewCallers(perSecond(2), perSecond(10))
	flood := func(now time.Time) *limits.Refusal { return c.Take("acme/staging", "flood", now) }
	if got := refusals(flood, 1000, epoch); got != 996 {
		t.Errorf("%d were refused, want 996", got)
	}
	refusal := c.Take("acme/staging", "flood", epoch)
	if refusal == nil || refusal.Limit != limits.Principal || refusal.Wait != 500*time.Millisecond {
		t.Errorf("%+v", refusal)
	}
	quiet := func(now time.Time) *limits.Refusal { return c.Take("acme/staging", "quiet", now) }
	if got := refusals(quiet, 4, epoch); got != 0 {
		t.Errorf("%d of 4 of another principal were refused", got)
	}
}

// TestPrincipalsOfOneEnvironmentFlood: 10 principals, each within its own limit, exceed that of the environment. They
// are refused. A principal that stays below its share never is, nor is another environment.
func TestPrincipalsOfOneEnvironmentFlood(t *testing.T) {
	c := limits.NewCallers(perSecond(200), perSecond(1000))
	now, passed, refused := epoch, 0, 0
	for tick := range 30_000 { // half a minute
		now = now.Add(time.Millisecond)
		for i := range 10 {
			if tick%5 != 0 {
				continue // 200 requests a second of each
			}
			switch refusal := c.Take("acme/staging", fmt.Sprint("flood", i), now); {
			case refusal == nil:
				passed++
			case refusal.Limit != limits.Environment || refusal.RetryAfter() != 1:
				t.Fatalf("%+v", refusal)
			default:
				refused++
			}
		}
		if tick%20 == 0 { // 50 requests a second
			if refusal := c.Take("acme/staging", "quiet", now); refusal != nil {
				t.Fatalf("a principal below its share was refused after %s: %+v", now.Sub(epoch), refusal)
			}
			passed++
		}
		if tick%20 == 0 {
			if refusal := c.Take("globex/staging", "other", now); refusal != nil {
				t.Fatalf("another environment was refused: %+v", refusal)
			}
		}
	}
	if most := 1000*30 + 2*2000; passed > most || passed < 1000*30 || refused == 0 {
		t.Errorf("%d passed, want 30,000 to %d; %d were refused", passed, most, refused)
	}
}

// TestEnvironmentNeverExceedsItsLimitByMuch: whatever comes, in any time no more passes than the rate and two bursts,
// and who stays below the share of all principals that there are is never refused.
func TestEnvironmentNeverExceedsItsLimitByMuch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "principals")
		rate := rapid.Int64Range(16, 100).Draw(t, "rate")
		c := limits.NewCallers(limits.Rate{}, perSecond(rate))
		now, passed, lastQuiet := epoch, int64(0), time.Time{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "ms")) * time.Millisecond)
			for range rapid.IntRange(0, 20).Draw(t, "requests") {
				if c.Take("e", fmt.Sprint(rapid.IntRange(1, n).Draw(t, "who")), now) == nil {
					passed++
				}
			}
			if now.Sub(lastQuiet) >= time.Second*time.Duration(n+1)/time.Duration(rate) {
				if refusal := c.Take("e", "quiet", now); refusal != nil {
					t.Fatalf("below its share, and refused: %+v", refusal)
				}
				passed++
				lastQuiet = now
			}
		}
		if most := float64(rate)*now.Sub(epoch).Seconds() + float64(4*rate) + 1; float64(passed) > most {
			t.Fatalf("%d passed in %s at %d a second", passed, now.Sub(epoch), rate)
		}
	})
}
