package view

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// MaxText is how many bytes of a text a cell shows, so that no object makes a page of any size.
const MaxText = 300

// Moment is a time as pages show it.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// Day is the day of a time as pages show it.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Number is a number as pages show it: 12,345.
func Number[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// Count is a number of things, such as "1 event" and "2 events".
func Count[N int | int64](n N, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + several
}

// Cut shortens a text to MaxText, and shows that it did.
func Cut(text string) string {
	if len(text) <= MaxText {
		return text
	}
	end := MaxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
