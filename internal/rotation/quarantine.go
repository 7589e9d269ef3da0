package rotation

import (
	"cmp"
	"fmt"
	"time"
)

// MaxQuarantine is how far ahead the end of a quarantine may be. DefaultQuarantine is how long one lasts where nobody
// says.
const (
	MaxQuarantine     = 90 * 24 * time.Hour
	DefaultQuarantine = 14 * 24 * time.Hour
)

// Quarantine makes the versions that are valid when it is set inactive: they are refused at every use, and come back
// when it is released. What is issued meanwhile is active. At Until the versions that it covers are revoked.
//
// Meanwhile no rotation begins or goes on, and nothing falls due by age. Deadlines, revocation, minimum_version and
// reissue work.
type Quarantine struct {
	Reason string
	At     time.Time
	Until  time.Time
	By     string
	ByName string // the name of By; empty where it has none

	// Through is the highest number when it was set: it covers every version up to it. So it covers all valid versions,
	// or none, once newer ones have replaced them.
	Through int64
}

// Covers reports whether a version is inactive; nil covers none.
func (q *Quarantine) Covers(number int64) bool { return q != nil && number <= q.Through }

// Quarantined returns the numbers of the valid versions that are in quarantine, ascending.
func (c Credential) Quarantined() (out []int64) {
	for i := range c.Versions {
		if v := &c.Versions[i]; v.State.Valid() && c.Quarantine.Covers(v.Number) {
			out = append(out, v.Number)
		}
	}
	return out
}

// setQuarantine covers every version that is valid now. A quarantine that is there stays that of who set it, with both
// reasons, and its end moves later only by an actor who may release it.
func (d *draft) setQuarantine(cmd Command, now time.Time) {
	cmd.Until = cmd.until(now)
	q := Quarantine{Reason: cmd.Reason, At: now, Until: cmd.Until, By: cmd.Actor}
	if was := d.c.Quarantine; was != nil {
		q = *was
		q.Reason = bothReasons(was.Reason, cmd.Reason)
		if lifts(d.c, cmd) || cmd.Until.Before(was.Until) {
			q.Until = cmd.Until
		}
	}
	q.Through = d.c.Highest
	d.c.Quarantine = &q
	d.record(Transition{
		Step: StepQuarantine, At: now, Actor: cmd.Actor, Reason: cmd.Reason, Versions: d.c.Quarantined(),
	})
}

// endQuarantine revokes what a quarantine covers, and ends it.
func (d *draft) endQuarantine(at time.Time) {
	through := d.c.Quarantine.Through
	d.c.Quarantine, d.c.UnusedFrom = nil, at
	d.record(Transition{
		Step: StepEndQuarantine, At: at, Actor: ActorPlatform, Reason: ReasonQuarantineEnded,
		Versions: d.endBelow(through+1, ReasonQuarantineEnded, ActorPlatform, at),
	})
}

// lifts reports whether the actor of a command may release the quarantine: one who may release those of others, and
// the one who has set it.
func lifts(c Credential, cmd Command) bool { return cmd.Lifts || cmd.Actor == c.Quarantine.By }

// until is the end that a command asks for.
func (cmd Command) until(now time.Time) time.Time {
	if cmd.Until.IsZero() {
		return now.Add(cmp.Or(cmd.Length, DefaultQuarantine))
	}
	return cmd.Until
}

func endsInTime(_ Credential, _ Policy, cmd Command, now time.Time) error {
	cmd.Until = cmd.until(now)
	if !now.Before(cmd.Until) || cmd.Until.After(now.Add(MaxQuarantine)) {
		return invalid("/until", fmt.Sprintf("a quarantine must end in the future, and at most %d days from now",
			MaxQuarantine/(24*time.Hour)))
	}
	return nil
}

func hasValidVersion(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if c.Phase() == PhaseRevoked {
		return conflict(cmd, "no version is valid, so there is nothing to put in quarantine")
	}
	return nil
}

// addsToQuarantine refuses what would change nothing of a quarantine that is there.
func addsToQuarantine(c Credential, _ Policy, cmd Command, now time.Time) error {
	if c.Quarantine == nil || lifts(c, cmd) || cmd.until(now).Before(c.Quarantine.Until) || len(c.Quarantined()) == 0 {
		return nil
	}
	return conflict(cmd, describeQuarantine(c.Quarantine)+"; only who has set it and the role security can prolong it")
}

func notQuarantined(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if c.Quarantine == nil {
		return nil
	}
	return &Error{Code: CodeQuarantined, Message: fmt.Sprintf(
		"%s refused: %s; release the quarantine first, or raise minimum_version to replace every version at once",
		cmd.Step, describeQuarantine(c.Quarantine))}
}

func isQuarantined(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if c.Quarantine == nil {
		return conflict(cmd, "it is not in quarantine")
	}
	return nil
}

func mayLift(c Credential, _ Policy, cmd Command, _ time.Time) error {
	if lifts(c, cmd) {
		return nil
	}
	return &Error{Code: CodeForbidden, Message: fmt.Sprintf(
		"%s refused: %s; only who has set it and the role security can release it", cmd.Step,
		describeQuarantine(c.Quarantine))}
}

func describeQuarantine(q *Quarantine) string {
	return fmt.Sprintf("in quarantine since %s, until %s, by %s: %s", date(q.At), date(q.Until), actor(q.By, q.ByName),
		q.Reason)
}
