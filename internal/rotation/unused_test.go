package rotation

import (
	"testing"
	"time"
)

// TestUnused: each row is one credential at one moment.
func TestUnused(t *testing.T) {
	const limit = 90 * day
	one := stable()
	announced := func(c Credential, at, due time.Time) Credential {
		c.Announced = &Announcement{At: at, Due: due}
		return c
	}
	set := Command{Step: StepQuarantine, Reason: "unused", Until: at(120 * day)}
	release := Command{Step: StepReleaseQuarantine, Reason: "needed", Lifts: true}
	quarantined := do(t, one, testPolicy(), set, at(100*day))
	released := do(t, quarantined, testPolicy(), release, at(101*day))
	ended, _ := Settle(quarantined, testPolicy(), at(120*day))
	reissued := do(t, ended, testPolicy(), Command{Step: StepReissue}, at(130*day))
	rotated := do(t, one, withoutAcknowledgement(testPolicy()), Command{Step: StepRotate}, at(70*day))
	said := announced(one, at(76*day), at(90*day))
	outage := []Span{{at(50 * day), at(51 * day)}}
	for name, tc := range map[string]struct {
		c    Credential
		f    UnusedFacts
		now  time.Duration
		want Unused
	}{
		"without a limit": {said, UnusedFacts{}, 500 * day, Unused{Reason: UnusedOff}},
		"the clock is in doubt": {
			said,
			UnusedFacts{Limit: limit, Paused: true},
			500 * day,
			Unused{Reason: UnusedPaused, Announced: said.Announced, Next: at(500 * day)},
		},
		"never used, before the notice": {
			one,
			UnusedFacts{Limit: limit},
			76*day - tick,
			Unused{Reason: UnusedInUse, Since: start, Next: at(76 * day)},
		},
		"never used, to be announced": {
			one,
			UnusedFacts{Limit: limit},
			76 * day,
			Unused{Reason: UnusedAnnounced, Since: start, Announced: said.Announced, Next: at(90 * day)},
		},
		"announced": {
			said,
			UnusedFacts{Limit: limit},
			90*day - tick,
			Unused{Reason: UnusedAnnounced, Since: start, Announced: said.Announced, Next: at(90 * day)},
		},
		"due": {
			said,
			UnusedFacts{Limit: limit},
			90 * day,
			Unused{Reason: UnusedDue, Since: start, Announced: said.Announced, Next: at(90 * day)},
		},
		"the limit is set long after": {
			one,
			UnusedFacts{Limit: limit},
			300 * day,
			Unused{
				Reason: UnusedAnnounced, Since: start, Announced: &Announcement{at(300 * day), at(314 * day)}, Next: at(314 * day),
			},
		},
		"the limit is shortened after the announcement": {
			said,
			UnusedFacts{Limit: 15 * day},
			89 * day,
			Unused{Reason: UnusedAnnounced, Since: start, Announced: said.Announced, Next: at(90 * day)},
		},
		"the limit is a little longer than announced": {
			said,
			UnusedFacts{Limit: 95 * day},
			85 * day,
			Unused{
				Reason: UnusedAnnounced, Since: start, Announced: &Announcement{at(76 * day), at(95 * day)}, Next: at(95 * day),
			},
		},
		"the limit is much longer than announced": {
			said,
			UnusedFacts{Limit: 200 * day},
			90 * day,
			Unused{Reason: UnusedInUse, Since: start, Next: at(186 * day)},
		},
		"used": {
			one,
			UnusedFacts{Limit: limit, LastUsed: at(10 * day)},
			80 * day,
			Unused{Reason: UnusedInUse, Since: at(10 * day), Next: at(86 * day)},
		},
		"used after the announcement": {
			said,
			UnusedFacts{Limit: limit, LastUsed: at(90*day - tick)},
			90 * day,
			Unused{Reason: UnusedInUse, Since: at(90*day - tick), Next: at(166*day - tick)},
		},
		"used after the announcement, and long ago": {
			said,
			UnusedFacts{Limit: limit, LastUsed: at(80 * day)},
			200 * day,
			Unused{
				Reason: UnusedAnnounced, Since: at(80 * day), Announced: &Announcement{at(200 * day), at(214 * day)},
				Next: at(214 * day),
			},
		},
		"uses were not recorded for a while": {
			one,
			UnusedFacts{Limit: limit, Impaired: outage},
			90 * day,
			Unused{Reason: UnusedImpaired, Since: at(51 * day), Next: at(127 * day)},
		},
		"uses were not recorded before the last one": {
			one,
			UnusedFacts{Limit: limit, Impaired: outage, LastUsed: at(52 * day)},
			120 * day,
			Unused{Reason: UnusedInUse, Since: at(52 * day), Next: at(128 * day)},
		},
		"uses were not recorded after the announcement": {
			said,
			UnusedFacts{Limit: limit, Impaired: []Span{{at(80 * day), at(80 * day)}}},
			90 * day,
			Unused{Reason: UnusedImpaired, Since: at(80 * day), Next: at(156 * day)},
		},
		"a rotation is no use": {
			rotated,
			UnusedFacts{Limit: limit},
			76 * day,
			Unused{Reason: UnusedAnnounced, Since: start, Announced: said.Announced, Next: at(90 * day)},
		},
		"a hold stops nothing": {
			held(said),
			UnusedFacts{Limit: limit},
			90 * day,
			Unused{Reason: UnusedDue, Since: start, Announced: said.Announced, Next: at(90 * day)},
		},
		"in quarantine": {
			announced(quarantined, at(76*day), at(90*day)),
			UnusedFacts{Limit: limit},
			110 * day,
			Unused{Reason: UnusedQuarantined},
		},
		"released": {
			announced(released, at(76*day), at(90*day)),
			UnusedFacts{Limit: limit},
			101 * day,
			Unused{Reason: UnusedInUse, Since: at(101 * day), Next: at(177 * day)},
		},
		"revoked": {
			announced(ended, at(76*day), at(90*day)),
			UnusedFacts{Limit: limit},
			125 * day,
			Unused{Reason: UnusedRevoked},
		},
		"reissued": {
			reissued,
			UnusedFacts{Limit: limit},
			131 * day,
			Unused{Reason: UnusedInUse, Since: at(130 * day), Next: at(206 * day)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := UnusedAt(tc.c, tc.f, at(tc.now))
			if (got.Announced == nil) != (tc.want.Announced == nil) ||
				got.Announced != nil && *got.Announced != *tc.want.Announced {
				t.Errorf("announced %+v, want %+v", got.Announced, tc.want.Announced)
			}
			if got.Announced = tc.want.Announced; got != tc.want {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

// TestUnusedQuarantineIsShown as long as it is going to come.
func TestUnusedQuarantineIsShown(t *testing.T) {
	c := stable()
	if shown := c.UnusedQuarantineAt(time.Time{}); !shown.IsZero() {
		t.Errorf("nothing is announced, and %s is shown", shown)
	}
	c.Announced = &Announcement{At: at(76 * day), Due: at(90 * day)}
	wantTime(t, "unused", c.UnusedQuarantineAt(at(75*day)), at(90*day))
	wantTime(t, "used at once", c.UnusedQuarantineAt(at(76*day)), time.Time{})
	wantTime(t, "used", c.UnusedQuarantineAt(at(80*day)), time.Time{})
	gone := do(t, c, testPolicy(), Command{Step: StepRevoke, All: true, Reason: "leak"}, at(80*day))
	wantTime(t, "revoked", gone.UnusedQuarantineAt(time.Time{}), time.Time{})
	isolated := do(t, c, testPolicy(), Command{Step: StepQuarantine, Reason: "leak"}, at(80*day))
	wantTime(t, "in quarantine", isolated.UnusedQuarantineAt(time.Time{}), time.Time{})
	back := do(t, isolated, testPolicy(), Command{Step: StepReleaseQuarantine, Reason: "needed", Lifts: true}, at(81*day))
	wantTime(t, "released", back.UnusedQuarantineAt(time.Time{}), time.Time{})
}

// TestUnusedFrom: new credentials of a connector are no use, and the first ones after none were valid begin anew.
func TestUnusedFrom(t *testing.T) {
	c, _, err := Replace(Credential{}, anyone, start)
	if err == nil {
		c, _, err = Replace(c, anyone, at(day))
	}
	if err != nil {
		t.Fatal(err)
	}
	wantTime(t, "replaced", c.UnusedFrom, start)
	c = do(t, c, Policy{}, Command{Step: StepRevoke, All: true, Reason: "leak"}, at(2*day))
	if c, _, err = Replace(c, anyone, at(3*day)); err != nil {
		t.Fatal(err)
	}
	wantTime(t, "set again", c.UnusedFrom, at(3*day))
}
