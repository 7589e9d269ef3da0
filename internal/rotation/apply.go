package rotation

import (
	"cmp"
	"fmt"
	"time"
)

// Create makes a credential with its first version. Its number is lowest: the largest of 1, the number after the
// highest that the name ever had, and minimum_version. A zero expiresAt means never.
func Create(now time.Time, actor string, lowest int64, expiresAt time.Time) (Credential, Transition) {
	d := newDraft(Credential{Highest: max(lowest, 1) - 1, ExpiresAt: expiresAt}, Policy{})
	v := d.issue(StateCurrent, now)
	d.c.UnusedFrom = now
	d.record(Transition{Step: StepCreate, At: now, Actor: actor, Versions: []int64{v.Number}, Issued: v.Number})
	return d.c, d.done[0]
}

// Apply settles the credential, checks the guards of the step, and takes it. With an error it returns the credential as
// settled, with the transitions of the settling: a refused step undoes no deadline. A Transition whose Issued is not 0
// needs a value, which the caller makes or supplies in the same transaction.
func Apply(c Credential, p Policy, cmd Command, now time.Time) (Credential, []Transition, error) {
	d := settled(c, p, now)
	if err := refusal(d.c, p, cmd, now); err != nil {
		return d.c, d.done, err
	}
	d.perform(cmd, now)
	d.settle(now, now) // an overlap of zero ends in the moment it begins, and that is part of the step
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
			d.holdToo(reason, by, now)
		}
	case StepReissue:
		d.reissue(now, by, reason)
	case StepHold:
		d.setHold(reason, by, now)
	case StepRelease:
		d.c.Hold = nil
		d.record(Transition{Step: StepRelease, At: now, Actor: by, Reason: reason})
	case StepQuarantine:
		d.setQuarantine(cmd, now)
	case StepReleaseQuarantine:
		t := Transition{Step: cmd.Step, At: now, Actor: by, Reason: reason, Versions: d.c.Quarantined()}
		d.c.Quarantine, d.c.UnusedFrom = nil, now
		d.record(t)
	}
}

// revokeLimit is the number below which a revoke command revokes.
func revokeLimit(c Credential, cmd Command) int64 {
	if cmd.All {
		return c.Highest + 1
	}
	return cmd.Below
}

// RaiseMinimum carries out a minimum_version of n. It revokes every version below n at once and makes the newest that
// remains current, without evidence; if none remains, it issues the next version. Where no valid version is below n it
// does nothing, in any phase, so lowering does nothing either. An n above NextVersion is refused (at creation it is
// part of Create's lowest). On hold it is refused if it would change anything.
func RaiseMinimum(c Credential, p Policy, n int64, actor string, now time.Time) (Credential, []Transition, error) {
	d := settled(c, p, now)
	if n > d.c.NextVersion() {
		return d.c, d.done, invalid("/minimum_version",
			fmt.Sprintf("minimum_version must not be above next_version, which is %d", d.c.NextVersion()))
	}
	if !d.c.Numbers().AnyBelow(n) {
		return d.c, d.done, nil
	}
	if err := notHeld(d.c, p, Command{Step: StepMinimumVersion}, now); err != nil {
		return d.c, d.done, err
	}
	t := Transition{Step: StepMinimumVersion, At: now, Actor: actor, Reason: ReasonMinimumVersion}
	t.Versions = d.endBelow(n, ReasonMinimumVersion, actor, now)
	if d.live(StateCurrent) == nil {
		t.Issued = d.issue(StateCurrent, now).Number
		t.Versions = append(t.Versions, t.Issued)
	}
	d.record(t)
	return d.c, d.done, nil
}

// RevokeValue revokes one version by its value (RFC 7009). It is never refused, and does nothing if the version is not
// valid any more. While another version is valid, the credential continues with that one. A previous version continues
// only until the deadline of its overlap.
func RevokeValue(c Credential, p Policy, number int64, actor string, now time.Time) (Credential, []Transition) {
	d := settled(c, p, now)
	v, _ := d.c.Lookup(number)
	switch v.State {
	case StatePrevious:
		d.retire(now, actor, ReasonTokenRevoked, false)
	case StatePending:
		d.cancel(now, actor, ReasonTokenRevoked)
		d.hold(ReasonTokenRevoked, actor, now)
	case StateCurrent:
		d.revokeCurrent(actor, now)
	}
	return d.c, d.done
}

func (d *draft) revokeCurrent(actor string, now time.Time) {
	current := d.live(StateCurrent)
	current.end(StateRevoked, now, actor, ReasonTokenRevoked)
	touched := []int64{current.Number}
	if pending := d.live(StatePending); pending != nil {
		pending.promote(now, actor, false)
		touched = append(touched, pending.Number)
	} else if previous := d.live(StatePrevious); previous != nil {
		previous.Bounded = true
		previous.restore()
		touched = append(touched, previous.Number)
	}
	d.record(Transition{Step: StepRevoke, At: now, Actor: actor, Reason: ReasonTokenRevoked, Versions: touched})
}

// Use records that a version was used by a caller whose use counts: an introspection by a runtime principal, or an
// exchange. It reports whether the version is valid; use of an invalid version is not recorded. The first use of a
// pending version is evidence of the given kind, if that is not empty. A caller that stores the last use rarely may
// drop a result in which only LastUsedAt differs.
func Use(
	c Credential, p Policy, number int64, evidence, actor string, now time.Time,
) (Credential, []Transition, bool) {
	d := settled(c, p, now)
	if !d.c.ValidAt(p, number, now) {
		return d.c, d.done, false
	}
	v, _ := d.c.Lookup(number)
	used := d.live(v.State)
	if now.After(used.LastUsedAt) {
		used.LastUsedAt = now
	}
	if used.State == StatePending && evidence != "" {
		d.acknowledge(now, actor, evidence)
	}
	return d.c, d.done, true
}

// ReportEnforcement records what a probe found: whether the receiver refuses a signature by an unknown key. A receiver
// that accepts it verifies nothing, so a pending version that it accepts is not proven. The finding ends with the
// pending version, or with evidence.
func ReportEnforcement(c Credential, p Policy, number int64, enforced bool, now time.Time) (Credential, []Transition) {
	d := settled(c, p, now)
	if v, ok := d.c.Pending(); ok && v.Number == number && v.Evidence == nil {
		d.c.NotEnforced = !enforced
	}
	return d.c, d.done
}

// ForgetProbes removes what probes have found about the pending version, because they were about another receiver.
// An acknowledgement stays.
func ForgetProbes(c Credential, p Policy, now time.Time) (Credential, []Transition) {
	d := settled(c, p, now)
	d.c.NotEnforced = false
	if v, ok := d.c.Pending(); ok && v.Evidence != nil && v.Evidence.Kind == EvidenceProbe {
		d.live(StatePending).Evidence = nil
	}
	return d.c, d.done
}

// Request records a request for a rotation. It stays open until a version issued after it is current: cancelling a
// stage does not close it, and promoting a version that was pending before it does not either.
func Request(c Credential) Credential {
	c.RequestedAfter = c.Highest
	return c
}

// SetExpiry changes expires_at; a zero at removes it. It settles first under the old one, so what has expired stays
// revoked: only the step reissue revives it. A moment in the past is refused, unless it is the present expires_at.
func SetExpiry(c Credential, p Policy, at, now time.Time) (Credential, []Transition, error) {
	d := settled(c, p, now)
	if at.Equal(d.c.ExpiresAt) {
		return d.c, d.done, nil
	}
	if !at.IsZero() && !now.Before(at) {
		return d.c, d.done, invalid("/expires_at", "expires_at must be in the future")
	}
	d.c.ExpiresAt = at
	return d.c, d.done, nil
}
