package store

import (
	"context"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store/column"
)

// Clock is what the database knows of the clock.
type Clock struct {
	WrittenAt  time.Time // the newest time that was written while the clock was trusted; zero for none
	JumpedAt   time.Time // what the clock showed when a forward jump was found; zero for none
	AcceptedAt time.Time // the time that an operator accepted last; zero for none
}

var (
	selectClock = statement(`SELECT written_at, jumped_at, accepted_at FROM clock WHERE one = 1`)
	raiseClock  = statement(`UPDATE clock SET written_at = $1 WHERE one = 1 AND written_at < $1`)
	jumpClock   = statement(`UPDATE clock SET jumped_at = $1 WHERE one = 1`)
	acceptClock = statement(`UPDATE clock SET written_at = $1, jumped_at = 0, accepted_at = $1 WHERE one = 1`)
)

// Clock reads what is known of the clock.
func (tx *Tx) Clock(ctx context.Context) (c Clock, err error) {
	err = tx.one(ctx, selectClock, nil, column.Time(&c.WrittenAt), column.Time(&c.JumpedAt), column.Time(&c.AcceptedAt))
	return c, failed("reading", "clock", "", err)
}

// RaiseClock notes a time that is written, unless a later one is noted.
func (tx *Tx) RaiseClock(ctx context.Context, at time.Time) error {
	_, err := tx.exec(ctx, raiseClock, column.Micros(at))
	return failed("updating", "clock", "", err)
}

// SetClockJump notes what the clock showed when a forward jump was found; the zero time ends that.
func (tx *Tx) SetClockJump(ctx context.Context, at time.Time) error {
	return failed("updating", "clock", "", tx.execOne(ctx, jumpClock, column.Micros(at)))
}

// AcceptClock notes that an operator accepted a time: whatever was written before, it is the newest from now on.
func (tx *Tx) AcceptClock(ctx context.Context, at time.Time) error {
	return failed("updating", "clock", "", tx.execOne(ctx, acceptClock, column.Micros(at)))
}
