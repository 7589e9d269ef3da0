package rotation

import "time"

// Create makes a credential with its first version. Its number is lowest: the largest of 1, the number after the
// highest that the name ever had, and minimum_version. A zero expiresAt means never.
func Create(now time.Time, actor string, lowest int64, expiresAt time.Time) (Credential, Transition) {
	d := newDraft(Credential{Highest: max(lowest, 1) - 1, ExpiresAt: expiresAt}, Policy{})
	v := d.issue(StateCurrent, now)
	d.record(Transition{Step: StepCreate, At: now, Actor: actor, Versions: []int64{v.Number}, Issued: v.Number})
	return d.c, d.done[0]
}

// Replace gives new credentials to a connector: they are current at once and the old ones are retired in the same
// moment, because nobody but the platform uses them. It also serves where there are none yet (a Credential with
// nothing but the Highest number of its name) or where all are revoked. Refused on hold.
func Replace(c Credential, actor string, now time.Time) (Credential, Transition, error) {
	if err := notHeld(c, Policy{}, Command{Step: StepReplace}, now); err != nil {
		return c, Transition{}, err
	}
	d := newDraft(c, Policy{})
	var touched []int64
	if old := d.live(StateCurrent); old != nil {
		old.end(StateRetired, now, actor, ReasonReplaced)
		touched = append(touched, old.Number)
	}
	v := d.issue(StateCurrent, now)
	d.record(Transition{Step: StepReplace, At: now, Actor: actor, Versions: append(touched, v.Number), Issued: v.Number})
	return d.c, d.done[0], nil
}
