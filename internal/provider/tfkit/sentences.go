package tfkit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentences joins texts into a paragraph.
func sentences(texts ...string) string {
	var out []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		// An attribute keeps its lower-case name.
		if first, _, _ := strings.Cut(t, " "); !strings.Contains(first, "_") {
			t = Capital(t)
		}
		if !strings.HasSuffix(t, ".") && !strings.HasSuffix(t, ".)") && !strings.HasSuffix(t, "?") &&
			!strings.HasSuffix(t, "!") {
			t += "."
		}
		out = append(out, t)
	}
	return strings.Join(out, " ")
}

// Capital makes the first letter of a text upper-case.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
