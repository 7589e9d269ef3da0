package tfkit

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
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
		out = append(out, endSentence(t))
	}
	return strings.Join(out, " ")
}

// endSentence adds the full stop that a text lacks.
func endSentence(s string) string {
	for _, end := range []string{".", ".)", "?", "!"} {
		if strings.HasSuffix(s, end) {
			return s
		}
	}
	return s + "."
}

// Capital makes the first letter of a text upper-case.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// SentenceOf says what an error is, where it is no diagnostic of its own: in the words of the platform, where it
// answered.
func SentenceOf(err error) string {
	if e := (*client.Error)(nil); errors.As(err, &e) && e.Detail != "" {
		return sentences(e.Detail)
	}
	return sentences(err.Error())
}
