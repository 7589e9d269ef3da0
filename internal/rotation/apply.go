package rotation

import (
	"cmp"
	"time"
)

// Apply settles the credential, checks the guards of the step, and performs it. With an error the credential is
// returned as settled, with the transitions of the settling: a refused step undoes no deadline. A Transition whose
// Issued is not 0 needs a value, made or supplied by the caller in the same transaction.
func Apply(c Credential, p Policy, cmd Command, now time.Time) (Credential, []Transition, error) {
	d := settled(c, p, now)
	if err := refusal(d.c, p, cmd, now); err != nil {
		return d.c, d.done, err
	}
	d.perform(cmd, now)
	d.settle(now) // an overlap of zero ends in the moment it begins
	return d.c, d.done, nil
}

func (d *draft) perform(cmd Command, now time.Time) {
	by, reason := cmd.Actor, cmd.Reason
	switch cmd.Step {
	case StepBegin:
		d.begin(now, by, reason)
	case StepRotate:
		d.rotate(now, by, reason)
	case StepAcknowledge:
		d.acknowledge(now, by, cmp.Or(cmd.Evidence, EvidenceAcknowledgement))
	case StepPromote:
		d.promote(now, by, reason, !promotable(d.c, d.p))
	case StepRetire:
		d.retire(now, by, cmp.Or(reason, ReasonRetired), !quiet(d.c, d.p, now))
	case StepCancel:
		d.cancel(now, by, cmp.Or(reason, ReasonCancelled))
		d.hold(cmp.Or(reason, ReasonCancelled), by, now)
	case StepRollback:
		d.rollback(now, by, reason)
	case StepRevoke:
		d.revokeBelow(revokeLimit(d.c, cmd), StepRevoke, reason, by, now)
		if cmd.Hold {
			d.hold(reason, by, now)
		}
	case StepReissue:
		d.reissue(now, by, reason)
	case StepHold:
		d.setHold(reason, by, now)
	case StepRelease:
		d.c.Hold = nil
		d.record(Transition{Step: StepRelease, At: now, Actor: by, Reason: reason})
	}
}

// revokeLimit is the number below which a revoke command revokes.
func revokeLimit(c Credential, cmd Command) int64 {
	if cmd.All {
		return c.Highest + 1
	}
	return cmd.Below
}
