package uses

import (
	"maps"
	"slices"
	"time"
)

// Activity is in which hours a version was used. It is bounded: of each hour there is a number for two days, and of
// each day one for 36 days.
type Activity struct {
	// Hours and Refused have the uses, and the uses that were refused, of each of the last 48 hours since 1970.
	Hours   map[int64]int64 `json:"hours,omitempty"`
	Refused map[int64]int64 `json:"refused,omitempty"`
	// Days has the uses in the busiest hour of each of the last 36 days since 1970.
	Days map[int64]int64 `json:"days,omitempty"`
	// Week has for each hour of the week (0 is Monday, 00:00 UTC) the hour of the first use in it.
	Week map[int64]int64 `json:"week,omitempty"`
}

const (
	hoursKept   = 48
	daysKept    = 36
	hoursOfDay  = 24
	hoursOfWeek = 7 * hoursOfDay
	mondayIs    = 3 * hoursOfDay // what hours since 1970 lack to count from a Monday
)

// HourOf returns the hour since 1970 of a time.
func HourOf(t time.Time) int64 { return t.Unix() / int64(time.Hour/time.Second) }

func count(to *map[int64]int64, hour, n int64) {
	if *to == nil {
		*to = map[int64]int64{}
	}
	(*to)[hour] += n
}

// Refuse adds a use that was refused.
func (s *Summary) Refuse(at time.Time) { count(&s.Activity.Refused, HourOf(at), 1) }

// merge adds other hours, and derives the days and the week from them.
func (a *Activity) merge(from Activity) {
	for hour, n := range from.Refused {
		count(&a.Refused, hour, n)
	}
	for hour, n := range from.Hours {
		count(&a.Hours, hour, n)
		a.derive(hour, a.Hours[hour])
	}
	for day, n := range from.Days {
		a.busy(day, n)
	}
	for _, at := range from.Week {
		a.first(at)
	}
	trim(a.Hours, hoursKept)
	trim(a.Refused, hoursKept)
	trim(a.Days, daysKept)
}

func (a *Activity) derive(hour, n int64) {
	a.busy(hour/hoursOfDay, n)
	a.first(hour)
}

func (a *Activity) busy(day, n int64) {
	if a.Days == nil {
		a.Days = map[int64]int64{}
	}
	a.Days[day] = max(a.Days[day], n)
}

func (a *Activity) first(hour int64) {
	if a.Week == nil {
		a.Week = map[int64]int64{}
	}
	cell := (hour + mondayIs) % hoursOfWeek
	if at, known := a.Week[cell]; !known || hour < at {
		a.Week[cell] = hour
	}
}

// trim drops what is older than the newest by more than what is kept.
func trim(counts map[int64]int64, kept int64) {
	if len(counts) < 2 {
		return
	}
	oldest := slices.Max(slices.Collect(maps.Keys(counts))) - kept
	maps.DeleteFunc(counts, func(k, _ int64) bool { return k <= oldest })
}
