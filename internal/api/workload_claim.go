package api

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

const (
	maxClaimPath = 256
	maxClaimKeys = 8
)

var plainKeyRegexp = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

var errClaimPath = errors.New("must be the path of a claim: keys with dots between them, such as realm.client; " +
	"a key with other characters than letters, digits, _ and - stands in brackets, such as " +
	"[kubernetes.io].serviceaccount.uid or [oidc.circleci.com/project-id]")

// checkedElsewhere are the claims that are checked for every JWT, and the one that is different in each.
var checkedElsewhere = map[string]string{
	"iss": "issuer", "aud": "audience", "exp": "the time", "nbf": "the time", "iat": "the time", "jti": "nothing",
}

// ParseClaimPath returns the keys that lead to a claim. Dots separate keys. A key with other characters than letters,
// digits, _ and - stands in brackets, and no other key does, so that a claim has one path.
func ParseClaimPath(path string) (keys []string, err error) {
	if path == "" || len(path) > maxClaimPath {
		return nil, errClaimPath
	}
	for rest := path; ; {
		var key string
		if bracketed, ok := strings.CutPrefix(rest, "["); ok {
			var found bool
			if key, rest, found = strings.Cut(bracketed, "]"); !found || key == "" || !isPrintable(key) ||
				strings.Contains(key, "[") {
				return nil, errClaimPath
			}
			if plainKeyRegexp.MatchString(key) {
				return nil, fmt.Errorf("has brackets around %s, which needs none", key)
			}
		} else {
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if key, rest = rest[:end], rest[end:]; !plainKeyRegexp.MatchString(key) {
				return nil, errClaimPath
			}
		}
		if keys = append(keys, key); len(keys) > maxClaimKeys {
			return nil, fmt.Errorf("must have at most %d keys", maxClaimKeys)
		}
		if rest == "" {
			return keys, nil
		}
		if !strings.HasPrefix(rest, ".") {
			return nil, errClaimPath
		}
		rest = rest[1:]
	}
}

// CheckClaimPath checks the path of a claim.
func CheckClaimPath(path string) error {
	keys, err := ParseClaimPath(path)
	if err != nil {
		return err
	}
	if by, there := checkedElsewhere[keys[0]]; there {
		return fmt.Errorf("must not be %s, which is checked against %s", keys[0], by)
	}
	return nil
}

// CheckClaimPattern checks the value that a claim must have.
func CheckClaimPattern(pattern string) error {
	if pattern == "" || len(pattern) > maxClaimValue || !isPrintable(pattern) {
		return fmt.Errorf("must be 1 to %d characters, without control characters", maxClaimValue)
	}
	named := false
	for _, segment := range segments(pattern) {
		switch {
		case segment == "*":
		case strings.Contains(segment, "*"):
			return errors.New("must have * only for a whole segment between / or :, such as org/*: with org/app*, " +
				"org/app-evil would fit too")
		case strings.Trim(segment, "/:") != "":
			named = true
		}
	}
	if !named {
		return errors.New("must not fit everything: at least one segment between / or : must be other than *")
	}
	return nil
}

// ClaimFits reports whether the value of a claim is what a pattern says: the same text, or the same where * stands for
// one whole segment between / or :, which is not empty.
func ClaimFits(pattern, value string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == value
	}
	want, got := segments(pattern), segments(value)
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && (want[i] != "*" || got[i] == "") {
			return false
		}
	}
	return true
}

// segments splits a value at / and :. The separators are elements too: a segment, a separator, a segment, and so on.
func segments(s string) (out []string) {
	for {
		end := strings.IndexAny(s, "/:")
		if end < 0 {
			return append(out, s)
		}
		out, s = append(out, s[:end], s[end:end+1]), s[end+1:]
	}
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func checkPrintable(s string, most int, example string) error {
	if s == "" || len(s) > most || !isPrintable(s) || s != strings.TrimSpace(s) {
		return fmt.Errorf("must be 1 to %d printable characters, without space around them, %s", most, example)
	}
	return nil
}
