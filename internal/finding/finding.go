// Package finding has the rules that find what somebody should look at in the history of a credential: each a named
// pure function. Reading the history, and keeping what was found, is for package findings of the platform.
package finding

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// History is what is known of a credential at one time.
type History struct {
	Now       time.Time
	Versions  []Version // ascending; those that have ended too
	Granted   []Grant   // the scopes of a token; none for other kinds
	Complete  bool      // whether no use is missing
	OverdueBy string    // why it is overdue; empty where it is not
	ReusedBy  []string  // other objects that have its value
	// Elsewhere has for a network how many other credentials of the environment used it before this one did.
	Elsewhere map[string]int
}

// Grant is a scope, and since when a token has it.
type Grant struct {
	Scope string
	Since time.Time
}

// Version is one version, and its uses.
type Version struct {
	Number             int64
	State              string
	Valid              bool
	IssuedAt, Deadline time.Time

	Uses      Seen
	Networks  []Seen
	Consumers []Seen
	Scopes    []Seen
	Unscoped  int64

	// Uses and refused uses of each of the last hours, in hours since 1970.
	Hours, Refused map[int64]int64
	// Days has the number of uses in the busiest hour of each of the last days, in days since 1970.
	Days map[int64]int64
	// Week has for each hour of the week (0 is Monday, 00:00 UTC) in which it was used the hour of the first such use.
	Week map[int64]int64
}

// States of versions that the rules tell apart.
const (
	StateCurrent  = "current"
	StatePrevious = "previous"
)

// Seen is how often something was seen, first and last.
type Seen struct {
	What        string
	First, Last time.Time
	Count       int64
}

// Finding is what a rule found.
type Finding struct {
	Kind     string
	Version  int64 // 0: it is about the credential, whatever version
	Subject  string
	At       time.Time // of what was seen last
	Evidence map[string]string
}

// Thresholds say when rules find something.
type Thresholds struct {
	Learning, MovedOn, OverlapEnding, UnusedScope, Unused time.Duration
	SharedNetwork                                         int
	VolumeFactor, VolumeLeast, FailuresPerHour            int64
}

const day = 24 * time.Hour

// Defaults are the thresholds where an environment policy has none.
func Defaults() Thresholds {
	return Thresholds{
		Learning: 14 * day, MovedOn: time.Hour, OverlapEnding: 2 * time.Hour, UnusedScope: 90 * day, Unused: 90 * day,
		SharedNetwork: 3, VolumeFactor: 5, VolumeLeast: 100, FailuresPerHour: 50,
	}
}

// ThresholdsOf returns the thresholds of an environment policy, which were checked.
func ThresholdsOf(r api.EnvironmentRules) (Thresholds, error) {
	out, from := Defaults(), r.FindingThresholds
	if from == nil {
		return out, nil
	}
	for _, d := range []struct {
		text *string
		to   *time.Duration
	}{
		{from.Learning, &out.Learning},
		{from.MovedOn, &out.MovedOn},
		{from.OverlapEnding, &out.OverlapEnding},
		{from.UnusedScope, &out.UnusedScope},
		{from.Unused, &out.Unused},
	} {
		if d.text == nil {
			continue
		}
		parsed, err := api.ParseDuration(*d.text)
		if err != nil {
			return out, err
		}
		*d.to = parsed
	}
	for _, n := range []struct{ number, to *int64 }{
		{from.VolumeFactor, &out.VolumeFactor},
		{from.VolumeLeast, &out.VolumeLeast},
		{from.FailuresPerHour, &out.FailuresPerHour},
	} {
		if n.number != nil {
			*n.to = *n.number
		}
	}
	if n := from.SharedNetwork; n != nil {
		out.SharedNetwork = int(*n)
	}
	return out, nil
}

// rules find what their names say.
var rules = []func(h History, t Thresholds) []Finding{
	newNetwork, unusualVolume, unusualHours, supersededUse, overlapEnding, failureBurst, unusedScope, reusedValue, overdue,
	unused,
}

// Find returns what the rules find.
func Find(h History, t Thresholds) (all []Finding) {
	for _, rule := range rules {
		all = append(all, rule(h, t)...)
	}
	return all
}

// Lasts returns for how long a finding of a kind stays open after it was last seen. 0 is as long as its version is
// valid, and -1 as long as the rule finds it.
func Lasts(kind string) time.Duration {
	switch kind {
	case api.FindingUnusualVolume, api.FindingUnusualHours, api.FindingFailureBurst:
		return 7 * day
	case api.FindingNewNetwork, api.FindingSupersededUse, api.FindingLeaked:
		return 0
	}
	return -1
}
