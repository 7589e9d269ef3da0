package rotation

import (
	"fmt"
	"time"
)

// RaiseMinimum carries out a minimum_version of n: every version below it is revoked at once, the newest that
// remains is current without being asked for evidence, and if none remains the next version is issued. Where no
// valid version is below n it does nothing, in any phase, so lowering it does nothing either. An n above
// NextVersion is refused (at creation it is part of Create's lowest). On hold it is refused if it would do anything.
func RaiseMinimum(c Credential, p Policy, n int64, actor string, now time.Time) (Credential, []Transition, error) {
	d := settled(c, p, now)
	if n > d.c.NextVersion() {
		return d.c, d.done, invalid("/minimum_version",
			fmt.Sprintf("minimum_version must not be above next_version, which is %d", d.c.NextVersion()))
	}
	if !d.hasBelow(n) {
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

func (d *draft) hasBelow(n int64) bool {
	for _, v := range d.c.Versions {
		if v.State.Valid() && v.Number < n {
			return true
		}
	}
	return false
}

// RevokeValue revokes one version by its value, as RFC 7009 has it: never refused, and nothing happens if the
// version is not valid any more. As long as another version is valid, the credential goes on with that one.
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
		pending.becomeCurrent(now, actor, false)
		touched = append(touched, pending.Number)
	} else if previous := d.live(StatePrevious); previous != nil {
		previous.restored()
		touched = append(touched, previous.Number)
	}
	d.record(Transition{Step: StepRevoke, At: now, Actor: actor, Reason: ReasonTokenRevoked, Versions: touched})
}

// SetExpiry changes expires_at; a zero at removes it. It settles first under the old one, so what has expired stays
// revoked: only the reissue step revives it. A moment in the past is refused, except the one that is there already.
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
