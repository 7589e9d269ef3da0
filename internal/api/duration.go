package api

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// maxDuration bounds every duration. It keeps sums of dates and durations far from overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

var errDuration = errors.New("must be a duration of at most 100y, such as 90d, 12h or 1h30m: whole numbers with the " +
	"units y, w, d, h, m and s, from the largest to the smallest, without spaces")

// ParseDuration reads a duration such as 90d, 12h or 1h30m: the syntax of Prometheus, without milliseconds and without
// a bare 0. Its error completes the sentence "<attribute> …" and does not repeat the text.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
func ParseDuration(s string) (time.Duration, error) {
	d, err := model.ParseDuration(s)
	if err != nil || s == "0" || strings.Contains(s, "ms") || time.Duration(d) > maxDuration {
		return 0, errDuration
	}
	return time.Duration(d), nil
}

// FormatDuration writes d the way ParseDuration reads it, in days and smaller units. The library would write years and
// weeks where they come out even, which people count in days here.
func FormatDuration(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	var out string
	for _, unit := range []struct {
		letter string
		length time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := d / unit.length; n > 0 {
			out += strconv.FormatInt(int64(n), 10) + unit.letter
			d %= unit.length
		}
	}
	return out
}
