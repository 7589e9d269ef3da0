package api

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// durationPattern is the Prometheus syntax without milliseconds: units in falling order, each at most once.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations
var durationPattern = regexp.MustCompile(`^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$`)

var durationUnits = []time.Duration{365 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second}

// maxDuration bounds every duration: it keeps sums of dates and durations far from overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

// ParseDuration reads a duration such as 90d, 12h or 1h30m.
func ParseDuration(s string) (time.Duration, error) {
	m := durationPattern.FindStringSubmatch(s)
	if s == "" || m == nil {
		return 0, fmt.Errorf("must be a duration such as 90d, 12h or 1h30m: whole numbers with the units y, w, d, h, m and s, from the largest to the smallest, without spaces")
	}
	var total time.Duration
	for i, unit := range durationUnits {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.ParseInt(m[i+1], 10, 64)
		if err != nil || n > int64(maxDuration/unit) {
			return 0, fmt.Errorf("must be at most 100y")
		}
		if total += time.Duration(n) * unit; total > maxDuration {
			return 0, fmt.Errorf("must be at most 100y")
		}
	}
	return total, nil
}

// FormatDuration writes d the way ParseDuration reads it, in days and smaller units.
func FormatDuration(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	var out string
	for i, letter := range []string{"d", "h", "m", "s"} {
		unit := durationUnits[i+2]
		if n := d / unit; n > 0 {
			out += strconv.FormatInt(int64(n), 10) + letter
			d %= unit
		}
	}
	return out
}
