package rotation

import (
	"flag"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sequences is small enough for every run of the tests. `make campaign` raises it.
var sequences = flag.Int("sequences", 20_000, "how many sequences TestRandomSequences runs, over all its subtests")

const (
	chunk    = 10 // a sequence is up to four of these
	maxSteps = 4 * chunk
)

// TestRandomSequences applies random steps at random times to two copies of a credential. One copy settles each
// deadline when it passes. The other settles only when a step makes it. After every step both copies must agree, and
// every invariant must hold. A failure prints the shortest sequence that rapid found.
func TestRandomSequences(t *testing.T) {
	// rapid prefers small numbers. The first reading of a number yields many steps, the second many waits.
	readings := []struct {
		name string
		read func(n uint16) move
	}{
		{"steps", func(n uint16) move { return move{action: n & 63, wait: n >> 6 & 15, arg: n >> 10} }},
		{"waits", func(n uint16) move { return move{action: n >> 4 & 63, wait: n & 15, arg: n >> 10} }},
	}
	wantChecks(t, *sequences/len(readings))

	var ran atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, r := range readings {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				moves := rapid.SliceOfN(rapid.Uint16Range(0, 1<<13-1), 0, chunk)
				origin := rapid.Uint16Range(0, 1<<8-1)
				rapid.Check(t, func(t *rapid.T) {
					w := newWorld(t, origin.Draw(t, "origin"))
					for range maxSteps / chunk {
						for _, n := range moves.Draw(t, "moves") {
							w.step(r.read(n))
						}
					}
					w.finish()
					ran.Add(1)
				})
			})
		}
	})
	want := int64(*sequences)
	if testing.Short() {
		want /= 5 // as rapid does by itself
	}
	if n := ran.Load(); !t.Failed() && n < want {
		t.Errorf("only %d sequences ran, want %d", n, want)
	}
}

// wantChecks raises the number of rapid's checks to n. A larger number on the command line stays.
func wantChecks(t *testing.T, n int) {
	t.Helper()
	set := flag.Lookup("rapid.checks")
	if now, err := strconv.Atoi(set.Value.String()); err != nil || now < n {
		if err := set.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRandomReplacements applies random steps to a connector's credentials.
func TestRandomReplacements(t *testing.T) {
	moves := rapid.SliceOfN(rapid.Uint16Range(0, 7), 0, chunk)
	rapid.Check(t, func(t *rapid.T) {
		c, now := Credential{Highest: 3}, start
		for _, n := range moves.Draw(t, "moves") {
			before := c
			now = now.Add(time.Hour)
			switch n {
			case 5:
				revoke := Command{Step: StepRevoke, All: true, Reason: "leak", Actor: anyone}
				c, _, _ = Apply(c, DefaultPolicy(), revoke, now)
			case 6:
				c, _, _ = Apply(c, DefaultPolicy(), Command{Step: StepHold, Reason: "wait", Actor: anyone}, now)
			case 7:
				c, _, _ = Apply(c, DefaultPolicy(), Command{Step: StepRelease, Actor: anyone}, now)
			default:
				next, tr, err := Replace(c, anyone, now)
				if (err != nil) != (c.Hold != nil) {
					t.Fatalf("Replace: %v with hold %v", err, c.Hold)
				}
				if err == nil &&
					(tr.Issued != before.Highest+1 || next.Version != tr.Issued || next.Phase() != PhaseStable) {
					t.Fatalf("Replace of version %d issued %d in phase %s", before.Highest, tr.Issued, next.Phase())
				}
				c = next
			}
			valid := 0
			for _, v := range c.Versions {
				if v.State.Valid() {
					valid++
				}
			}
			if valid > 1 {
				t.Fatalf("%d valid credentials after move %d", valid, n)
			}
		}
	})
}
