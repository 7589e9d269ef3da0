package rotation

import "time"

// Use records that somebody who counts used a version: a runtime principal's introspection, an exchange. It tells
// whether the version is valid; an invalid one is not used. If the version is pending and evidence is not empty, the
// first such use is the evidence, of that kind. A caller that stores the last use rarely may ignore a change of
// nothing else.
func Use(c Credential, p Policy, number int64, evidence, actor string, now time.Time) (Credential, []Transition, bool) {
	d := settled(c, p, now)
	v, ok := d.c.Lookup(number)
	if !ok || !v.State.Valid() {
		return d.c, d.done, false
	}
	used := d.live(v.State)
	if now.After(used.LastUsedAt) {
		used.LastUsedAt = now
	}
	if used.State == StatePending && evidence != "" {
		d.acknowledge(now, actor, evidence)
	}
	return d.c, d.done, true
}

// ReportEnforcement records what a probe has found out: whether the receiver refuses a signature that is nobody's. While it
// does not, the pending version cannot prove itself by being accepted. The finding is forgotten with the pending version, or once there
// is evidence after all.
func ReportEnforcement(c Credential, p Policy, number int64, enforced bool, now time.Time) (Credential, []Transition) {
	d := settled(c, p, now)
	if v, ok := d.c.Pending(); ok && v.Number == number && v.Evidence == nil {
		d.c.NotEnforced = !enforced
	}
	return d.c, d.done
}

// ForgetProbes takes back what probes have shown of the pending version: it was another receiver that they asked. What somebody has
// acknowledged stays.
func ForgetProbes(c Credential, p Policy, now time.Time) (Credential, []Transition) {
	d := settled(c, p, now)
	d.c.NotEnforced = false
	if v, ok := d.c.Pending(); ok && v.Evidence != nil && v.Evidence.Kind == EvidenceProbe {
		d.live(StatePending).Evidence = nil
	}
	return d.c, d.done
}

// Request records that a rotation is wanted. It stays open until a version issued after it is current: a stage that
// is cancelled does not lose it, and a version that was pending already does not answer it.
func Request(c Credential) Credential {
	c.RequestedAfter = c.Highest
	return c
}

// Requested tells whether a request for a rotation is open: the version that is to replace the current one is not issued yet.
func (c Credential) Requested() bool {
	current, ok := c.Current()
	return ok && current.Number <= c.RequestedAfter
}
