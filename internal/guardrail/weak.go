package guardrail

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// placeholders are texts that stand for a value which is to be filled in, or that everybody tries first.
var placeholders = []string{
	"changeme", "replaceme", "placeholder", "insertyour", "yourapikey", "yourtoken", "yoursecret", "yourpassword",
	"password", "passw0rd", "letmein", "qwerty", "123456", "abcdef", "xxxxxx", "todo", "dummy", "example",
}

// plain are the keys of credentials and the names of headers whose values are no secrets.
var plain = []string{
	"username", "user", "login", "client_id", "api_key_sid", "account_id", "content-type", "accept", "user-agent",
}

const (
	shortestSecret = 12 // characters
	weakestSecret  = 40 // bits, as far as the characters of a value show
	shortestReused = 8  // characters: a shorter value says nothing by being the same
)

// IsSecret reports whether the member that a JSON pointer names holds a secret.
func IsSecret(field string) bool {
	return !slices.Contains(plain, strings.ToLower(field[strings.LastIndex(field, "/")+1:]))
}

// CountsForReuse reports whether a value that two objects have is a secret that both use.
func (v Value) CountsForReuse() bool {
	text := v.Secret.Expose() //nolint:forbidigo // only whether it is long enough leaves
	return IsSecret(v.Field) && utf8.RuneCountInString(text) >= shortestReused
}

// weakness says why a value can be guessed; empty if it cannot. It says nothing of the value itself.
func weakness(v Value) string {
	if !IsSecret(v.Field) {
		return ""
	}
	text := strings.TrimPrefix(v.Secret.Expose(), "whsec_") //nolint:forbidigo // only why it is weak leaves
	squeezed := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(text))
	switch {
	case utf8.RuneCountInString(text) < shortestSecret:
		return "has fewer than 12 characters"
	case slices.ContainsFunc(placeholders, func(p string) bool { return strings.Contains(squeezed, p) }) &&
		bits(text) < 2*weakestSecret:
		return "is made of a well-known placeholder"
	case bits(text) < weakestSecret:
		return "repeats too few different characters"
	}
	return ""
}

// bits estimates how much a value tells: by how often each of its characters is in it, and by how many different pairs
// follow each other, so that a part which is repeated counts once.
func bits(text string) float64 {
	count, pairs, n := map[rune]float64{}, map[[2]rune]bool{}, 0.0
	var before rune
	for i, r := range text {
		if i > 0 {
			pairs[[2]rune{before, r}] = true
		}
		count[r]++
		n++
		before = r
	}
	perCharacter := 0.0
	for _, c := range count {
		perCharacter -= c / n * math.Log2(c/n)
	}
	return perCharacter * float64(len(pairs)+1)
}
