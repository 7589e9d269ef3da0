package clock_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// at is a reading: how far the wall clock is from noon, and what the monotonic clock shows.
func at(wall, monotonic time.Duration) clock.Reading {
	return clock.Reading{Wall: noon.Add(wall), Monotonic: monotonic}
}

var steady = clock.Verdict{Reason: clock.Steady}

func back(by time.Duration) clock.Verdict { return clock.Verdict{Reason: clock.Backward, By: by} }

func forward(by time.Duration) clock.Verdict { return clock.Verdict{Reason: clock.Forward, By: by} }

func TestJudge(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	running := clock.Known{Written: noon, Trusted: at(0, h)}
	accepted := clock.Known{Written: noon, Trusted: at(0, h), Accepted: true}
	jumped := clock.Known{Written: noon, Jumped: noon.Add(9 * h)}
	for name, c := range map[string]struct {
		now   clock.Reading
		known clock.Known
		want  clock.Verdict
	}{
		"an empty database":                  {at(0, 0), clock.Known{}, steady},
		"time passes":                        {at(9*h, 10*h), running, steady},
		"10 s back":                          {at(-10*s, h), running, steady},
		"more than 10 s back":                {at(-10*s-1, h), running, back(10*s + 1)},
		"back, and an hour passed":           {at(-h, 2*h), running, back(h)},
		"back at a start":                    {at(-h, 0), clock.Known{Written: noon}, back(h)},
		"back from a time that is not known": {at(-h, 0), clock.Known{}, steady},
		"less than 5 minutes gained":         {at(h+5*m-1, 2*h), running, steady},
		"5 minutes gained":                   {at(h+5*m, 2*h), running, forward(5 * m)},
		"gained in several jumps":            {at(6*m, h+10*s), running, forward(6*m - 10*s)},
		"a start after a year":               {at(8760*h, 0), clock.Known{Written: noon}, steady},
		"accepted":                           {at(h, 2*h), accepted, clock.Verdict{Reason: clock.Accepted}},
		"back after an acceptance":           {at(-m, h), accepted, back(m)},
		"forward after an acceptance":        {at(5*m, h), accepted, forward(5 * m)},
		"a restart does not end a jump":      {at(9*h+m, 0), jumped, forward(9*h + m)},
		"a restart, and the clock is back":   {at(m, 0), jumped, steady},
		"a restart, and too far back":        {at(-m, 0), jumped, back(m)},
		"an old jump, and a trusted reading": {
			at(9*h, h), clock.Known{Written: noon, Trusted: at(9*h, h), Jumped: noon.Add(h)}, steady,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := clock.Judge(c.now, c.known)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if doubt := c.want.By != 0; got.InDoubt() != doubt {
				t.Errorf("in doubt: %v", got.InDoubt())
			}
		})
	}
}

func TestFake(t *testing.T) {
	c := clock.NewFake(noon)
	c.Advance(time.Hour)
	c.Jump(time.Minute)
	c.Jump(-time.Second)
	if got, want := c.Read(), at(time.Hour+59*time.Second, time.Hour); got != want || c.Now() != want.Wall {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSystemReadsBothClocks(t *testing.T) {
	c := clock.System()
	first := c.Read()
	for c.Read().Monotonic == first.Monotonic { //nolint:revive // until it moves
	}
	if second := c.Read(); second.Monotonic <= first.Monotonic || second.Wall.Before(first.Wall) ||
		second.Wall.Location() != time.UTC {
		t.Errorf("%+v, then %+v", first, second)
	}
}
