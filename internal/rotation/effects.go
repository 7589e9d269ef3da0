package rotation

import (
	"cmp"
	"time"
)

// The effects of the steps. Each takes for granted that its guards hold.

func (d *draft) begin(at time.Time, by, reason string) {
	v := d.issue(StatePending, at)
	v.Deadline = at.Add(d.p.MaxStage)
	d.record(Transition{Step: StepBegin, At: at, Actor: by, Reason: reason, Versions: []int64{v.Number}, Issued: v.Number})
}

func (d *draft) rotate(at time.Time, by, reason string) {
	old := d.live(StateCurrent)
	old.replaced(at, at.Add(d.p.Overlap))
	touched := []int64{old.Number}
	v := d.issue(StateCurrent, at)
	v.PromotedBy = by
	d.record(Transition{Step: StepRotate, At: at, Actor: by, Reason: reason, Versions: append(touched, v.Number), Issued: v.Number})
}

func (d *draft) acknowledge(at time.Time, by, kind string) {
	v := d.live(StatePending)
	if v.Evidence != nil {
		return // the first evidence is the one that counts
	}
	v.Evidence = &Evidence{Kind: kind, At: at, Actor: by}
	d.record(Transition{Step: StepAcknowledge, At: at, Actor: by, Reason: kind, Versions: []int64{v.Number}})
}

func (d *draft) promote(at time.Time, by, reason string, forced bool) {
	next, old := d.live(StatePending), d.live(StateCurrent)
	until := at.Add(d.p.Overlap)
	// These two have overlapped before: their overlap goes on, it does not start again.
	if next.RolledBack && next.Deadline.Before(until) {
		until = next.Deadline
	}
	old.replaced(at, until)
	next.becomeCurrent(at, by, forced)
	d.record(Transition{
		Step: StepPromote, At: at, Actor: by, Reason: reason, Forced: forced,
		Versions: []int64{old.Number, next.Number},
	})
}

func (d *draft) retire(at time.Time, by, reason string, forced bool) {
	v := d.live(StatePrevious)
	v.end(StateRetired, at, by, reason)
	d.record(Transition{Step: StepRetire, At: at, Actor: by, Reason: reason, Forced: forced, Versions: []int64{v.Number}})
}

// cancel ends the pending version. The hold that comes with an operator's cancel is not part of it: a stage that
// times out sets none.
func (d *draft) cancel(at time.Time, by, reason string) {
	v := d.live(StatePending)
	v.end(StateRevoked, at, by, reason)
	d.record(Transition{Step: StepCancel, At: at, Actor: by, Reason: reason, Versions: []int64{v.Number}})
}

func (d *draft) rollback(at time.Time, by, reason string) {
	old, newer := d.live(StatePrevious), d.live(StateCurrent)
	newer.State = StatePending
	newer.Deadline = old.Deadline
	newer.CurrentSince = time.Time{}
	newer.PromotedBy, newer.Forced = "", false
	newer.Evidence = nil
	newer.RolledBack = true
	old.restored()
	d.record(Transition{Step: StepRollback, At: at, Actor: by, Reason: reason, Versions: []int64{old.Number, newer.Number}})
	d.hold(cmp.Or(reason, ReasonRollback), by, at)
}

func (d *draft) reissue(at time.Time, by, reason string) {
	v := d.issue(StateCurrent, at)
	d.record(Transition{Step: StepReissue, At: at, Actor: by, Reason: reason, Versions: []int64{v.Number}, Issued: v.Number})
}

// revokeBelow revokes every valid version below n and lets the newest that remains be current. Where there is nothing
// to revoke, nothing is recorded.
func (d *draft) revokeBelow(n int64, step Step, reason, by string, at time.Time) {
	touched := d.endBelow(n, reason, by, at)
	if len(touched) > 0 {
		d.record(Transition{Step: step, At: at, Actor: by, Reason: reason, Versions: touched})
	}
}

// endBelow does the work of revokeBelow and returns the numbers it touched. A previous version is always older than
// the current one, so what remains to take its place can only be the pending one.
func (d *draft) endBelow(n int64, reason, by string, at time.Time) []int64 {
	var touched []int64
	for i := range d.c.Versions {
		if v := &d.c.Versions[i]; v.State.Valid() && v.Number < n {
			v.end(StateRevoked, at, by, reason)
			touched = append(touched, v.Number)
		}
	}
	if pending := d.live(StatePending); pending != nil && d.live(StateCurrent) == nil {
		pending.becomeCurrent(at, by, false)
		touched = append(touched, pending.Number)
	}
	return touched
}
