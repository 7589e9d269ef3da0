package client

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// formsDepth is how many encodings inside each other are undone, such as base64 in a quoted string.
const formsDepth = 2

// formsOf returns a text and what it says once its encodings are undone. all is false where that is too much.
func formsOf(text string) (forms []string, all bool) {
	seen := map[string]bool{text: true}
	forms, size := []string{text}, len(text)
	last := forms
	for range formsDepth {
		var next []string
		for _, s := range last {
			for _, form := range decoded(s) {
				if seen[form] {
					continue
				}
				seen[form] = true
				if size += len(form); size > maxForms {
					return nil, false
				}
				next = append(next, form)
			}
		}
		forms = append(forms, next...)
		last = next
	}
	return forms, true
}

var (
	base64Runs = regexp.MustCompile(`[0-9A-Za-z+/_-]{8,}`)
	hexRuns    = regexp.MustCompile(`[0-9A-Fa-f]{8,}`)
	toStandard = strings.NewReplacer("-", "+", "_", "/")
)

// decoded undoes one encoding. Where an encoded part begins inside a run of its alphabet is not known, so every offset
// is tried.
func decoded(text string) []string {
	forms := []string{
		escapes.ReplaceAllStringFunc(text, unescape),
		unpercent(text),
		unpercent(strings.ReplaceAll(text, "+", " ")), // a query, and the body of a form
	}
	for _, run := range base64Runs.FindAllString(text, -1) {
		run = toStandard.Replace(run)
		for offset := range 4 {
			part := run[offset:]
			if len(part)%4 == 1 {
				part = part[:len(part)-1]
			}
			if raw, err := base64.RawStdEncoding.DecodeString(part); err == nil {
				forms = append(forms, string(raw))
			}
		}
	}
	for _, run := range hexRuns.FindAllString(text, -1) {
		for offset := range 2 {
			part := run[offset:]
			if raw, err := hex.DecodeString(part[:len(part)/2*2]); err == nil {
				forms = append(forms, string(raw))
			}
		}
	}
	return forms
}

func unpercent(text string) string {
	return percents.ReplaceAllStringFunc(text, func(s string) string {
		b, _ := hex.DecodeString(s[1:])
		return string(b)
	})
}

var (
	percents = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	escapes  = regexp.MustCompile(`\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-7]{3}|.)`)
)

// unescape undoes one escape of a quoted string, as Go and JSON write it. What neither knows stands for itself.
func unescape(escape string) string {
	if s, err := strconv.Unquote(`"` + escape + `"`); err == nil {
		return s
	}
	return escape[1:]
}
