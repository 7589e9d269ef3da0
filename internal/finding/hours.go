package finding

import (
	"maps"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	hoursOfDay  = 24
	hoursOfWeek = 7 * hoursOfDay
	// mondayIs is what hours since 1970 lack to count from a Monday.
	mondayIs = 3 * hoursOfDay
	// usualDays is how many days before an hour say what is usual: the busy first of a month is among them.
	usualDays = 35
	// oneEpisode is within how many hours uses in neighbouring hours say nothing of each other.
	oneEpisode = 12
)

// when returns the time of an hour since 1970.
func when(hour int64) time.Time { return time.Unix(hour*int64(time.Hour/time.Second), 0).UTC() }

// added returns the counts of all versions together.
func added(h History, of func(Version) map[int64]int64) map[int64]int64 {
	out := map[int64]int64{}
	for _, v := range h.Versions {
		for k, n := range of(v) {
			out[k] += n
		}
	}
	return out
}

// weekOf returns for each hour of the week the hour of the first use in it, and the hour of the first use of all.
func weekOf(h History) (week map[int64]int64, first int64) {
	week = map[int64]int64{}
	for _, v := range h.Versions {
		for k, at := range v.Week {
			if was, seen := week[k]; !seen || at < was {
				week[k] = at
			}
			if first == 0 || at < first {
				first = at
			}
		}
	}
	return week, first
}

func unusualVolume(h History, t Thresholds) []Finding {
	_, first := weekOf(h)
	days := added(h, func(v Version) map[int64]int64 { return v.Days })
	hours := added(h, func(v Version) map[int64]int64 { return v.Hours })
	for _, hour := range slices.Backward(slices.Sorted(maps.Keys(hours))) {
		n := hours[hour]
		if n < t.VolumeLeast || when(hour).Before(when(first).Add(t.Learning)) {
			continue
		}
		usual := busiest(days, hour/hoursOfDay)
		if n <= t.VolumeFactor*usual {
			continue
		}
		return []Finding{{Kind: api.FindingUnusualVolume, At: when(hour), Evidence: map[string]string{
			"hour": stamp(when(hour)), "uses": number(n), "usual": number(usual),
		}}}
	}
	return nil
}

// busiest returns the uses in the busiest hour of the days before a day.
func busiest(days map[int64]int64, day int64) (most int64) {
	for d := day - usualDays; d < day; d++ {
		most = max(most, days[d])
	}
	return most
}

func unusualHours(h History, t Thresholds) []Finding {
	week, first := weekOf(h)
	hours := added(h, func(v Version) map[int64]int64 { return v.Hours })
	for _, hour := range slices.Backward(slices.Sorted(maps.Keys(hours))) {
		if hours[hour] == 0 || when(hour).Before(when(first).Add(t.Learning)) || usedAround(week, hour) {
			continue
		}
		return []Finding{{Kind: api.FindingUnusualHours, At: when(hour), Evidence: map[string]string{
			"hour": stamp(when(hour)), "weekday": when(hour).Weekday().String(), "uses": number(hours[hour]),
		}}}
	}
	return nil
}

// usedAround reports whether there was a use before, on a day of the same sort (working day or weekend), at the same
// time of day, an hour earlier or an hour later.
func usedAround(week map[int64]int64, hour int64) bool {
	of := (hour + mondayIs) % hoursOfWeek
	if at, used := week[of]; used && at < hour-oneEpisode {
		return true
	}
	for cell, at := range week {
		apart := (cell - of + hoursOfWeek) % hoursOfDay
		near := apart <= 1 || apart == hoursOfDay-1
		if near && isWeekend(cell) == isWeekend(of) && at < hour-oneEpisode {
			return true
		}
	}
	return false
}

func isWeekend(cell int64) bool { return cell >= 5*hoursOfDay }

func failureBurst(h History, t Thresholds) []Finding {
	refused := added(h, func(v Version) map[int64]int64 { return v.Refused })
	for _, hour := range slices.Backward(slices.Sorted(maps.Keys(refused))) {
		if refused[hour] < t.FailuresPerHour {
			continue
		}
		return []Finding{{Kind: api.FindingFailureBurst, At: when(hour), Evidence: map[string]string{
			"hour": stamp(when(hour)), "refused": number(refused[hour]),
		}}}
	}
	return nil
}
