// Package clock is the only place that reads the machine's clock, and decides whether it can be trusted.
package clock

import (
	"sync"
	"time"
)

// Clock returns the time.
type Clock interface {
	// Now returns the time in UTC, in microseconds: the precision of the database and the API.
	Now() time.Time
	// Read returns Now, and what the monotonic clock shows at the same moment.
	Read() Reading
}

// Reading is what both clocks of a machine show at one moment. Somebody can set the wall clock; nobody can set the
// monotonic clock, which counts from an arbitrary moment of the process.
type Reading struct {
	Wall      time.Time
	Monotonic time.Duration
}

// System is the machine's clock. Its monotonic reading is the one of package time. On Linux that is CLOCK_MONOTONIC,
// which stands still while the machine is suspended: waking up is a jump, because nothing on the machine can say
// whether the time that it wakes up with is right.
func System() Clock { return system{} }

type system struct{}

// started is the moment from which the monotonic readings count.
var started = time.Now()

func (system) Now() time.Time { return utc(time.Now()) }

func (system) Read() Reading {
	now := time.Now() // has both readings
	return Reading{Wall: utc(now), Monotonic: now.Sub(started)}
}

func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Fake is a clock that changes only by Advance and Jump. It is safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now Reading
}

// NewFake returns a Fake that is set to start.
func NewFake(start time.Time) *Fake { return &Fake{now: Reading{Wall: utc(start)}} }

// Now implements Clock.
func (f *Fake) Now() time.Time { return f.Read().Wall }

// Read implements Clock.
func (f *Fake) Read() Reading {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance lets time pass: both readings move.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.Wall = utc(f.now.Wall.Add(d))
	f.now.Monotonic += d
}

// Jump sets the wall clock forward by d, or back where d is negative, in no time.
func (f *Fake) Jump(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.Wall = utc(f.now.Wall.Add(d))
}
