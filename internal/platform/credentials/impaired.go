package credentials

import "time"

// sameWindow is within how much time two impairments are one.
const sameWindow = time.Minute

// window is the last time in which the recording of uses was impaired for one reason.
type window struct {
	reason      string
	from, until time.Time // the zero time: never
	lost        int64
	changed     bool // since it was stored
}

// extend adds a moment. One that comes long after the others begins another window, unless the one before still has to
// be stored.
func (w *window) extend(at time.Time, lost int64) {
	if w.from.IsZero() || !w.changed && at.Sub(w.until) > sameWindow {
		*w = window{reason: w.reason, from: at, until: at}
	}
	if at.Before(w.from) {
		at = w.from // the clock was set back; the window is stored under its beginning
	}
	if at.After(w.until) {
		w.until = at
	}
	w.lost += lost
	w.changed = true
}
