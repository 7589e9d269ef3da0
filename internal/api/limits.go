package api

import (
	"fmt"
	"maps"
	"math"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Limits of what a request may carry.
const (
	MaxBodyBytes         = 1 << 20
	DefaultPageSize      = 100
	MaxPageBytes         = 4 << 20
	maxNamePrefix        = 50
	maxDescription       = 1024
	maxOwner             = 254
	maxReason            = 512
	maxLabels            = 64
	maxLabelValue        = 256
	maxSettings          = 64
	maxSettingValue      = 1024
	MaxCredentials       = 32
	MaxCredentialValue   = 16 << 10
	MaxScopes            = 64
	maxScope             = 128
	MaxCIDRs             = 64
	maxTriggers          = 64
	maxTriggerValue      = 1024
	longestOverlap       = 30 * 24 * time.Hour
	longestStage         = 30 * 24 * time.Hour
	minRotationInterval  = time.Second
	IdempotencyRetention = 24 * time.Hour
)

// Patterns that provider and platform check alike.
const (
	prefixPattern = `^[a-z0-9][a-z0-9-]*$`
	namePattern   = `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`
	scopePattern  = `^[a-z][a-z0-9_.-]*(:[a-z0-9][a-z0-9_.-]*)*(:\*)?$`
	keyPattern    = `^[A-Za-z0-9]([A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?$`
)

var (
	prefixRegexp = regexp.MustCompile(prefixPattern)
	nameRegexp   = regexp.MustCompile(namePattern)
	scopeRegexp  = regexp.MustCompile(scopePattern)
	keyRegexp    = regexp.MustCompile(keyPattern)
)

// The checks below serve the provider's validators and the platform alike. Their errors complete the sentence
// "<attribute> …" and never repeat the value.

// CheckName checks an object's name.
func CheckName(s string) error {
	if !nameRegexp.MatchString(s) {
		return fmt.Errorf("must be 1 to 63 characters: lower-case letters, digits and hyphens, " +
			"with a letter or digit at both ends")
	}
	return nil
}

// CheckNamePrefix checks what the name that the platform chooses begins with.
func CheckNamePrefix(s string) error {
	if len(s) > maxNamePrefix || !prefixRegexp.MatchString(s) {
		return fmt.Errorf("must be 1 to %d characters: lower-case letters, digits and hyphens, "+
			"with a letter or digit first", maxNamePrefix)
	}
	return nil
}

// CheckOwner checks an e-mail address or a team name.
func CheckOwner(s string) error {
	if s == "" || len(s) > maxOwner || s != strings.TrimSpace(s) || hasControl(s) {
		return fmt.Errorf("must be an e-mail address or a team name of 1 to %d characters, without space around it", maxOwner)
	}
	if strings.Contains(s, "@") {
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
			return fmt.Errorf("has an @ but is not a plain e-mail address such as messaging@example.com")
		}
	}
	return nil
}

// CheckDescription checks a description.
func CheckDescription(s string) error {
	if len(s) > maxDescription {
		return fmt.Errorf("must be at most %d bytes", maxDescription)
	}
	if hasNUL(s) {
		return fmt.Errorf("must not contain the character NUL")
	}
	return nil
}

// CheckReason checks the reason that a hold, a release, a revocation or a forced step must give.
func CheckReason(s string) error {
	if strings.TrimSpace(s) == "" || len(s) > maxReason || hasControl(s) {
		return fmt.Errorf("must say why, in 1 to %d bytes on one line", maxReason)
	}
	return nil
}

// CheckLabels checks the keys, values and number of labels.
func CheckLabels(m map[string]string) error { return checkMap(m, maxLabels, maxLabelValue) }

// CheckTriggers checks rotate_when_changed.
func CheckTriggers(m map[string]string) error { return checkMap(m, maxTriggers, maxTriggerValue) }

func checkMap(m map[string]string, entries, valueBytes int) error {
	if len(m) > entries {
		return fmt.Errorf("must have at most %d entries", entries)
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		v := m[k]
		if !keyRegexp.MatchString(k) {
			return fmt.Errorf("has a key that is not 1 to 63 letters, digits or any of _ . / - " +
				"with a letter or digit at both ends")
		}
		if len(v) > valueBytes {
			return fmt.Errorf("has under %s a value of more than %d bytes", k, valueBytes)
		}
		if hasNUL(v) {
			return fmt.Errorf("has under %s a value with the character NUL in it", k)
		}
	}
	return nil
}

// CheckScope checks one scope.
func CheckScope(s string) error {
	if len(s) > maxScope || !scopeRegexp.MatchString(s) {
		return fmt.Errorf("must be a scope such as messages:send: at most %d lower-case letters, digits and any of _ . -, "+
			"in parts separated by colons, the last of which may be *",
			maxScope)
	}
	return nil
}

// ScopeReadCredentials lets a token fetch the credentials of its connector. No wildcard covers it: it counts where it
// is named, in the token and, if that has any, in the connector's allowed scopes.
const ScopeReadCredentials = "credentials:read"

// ScopeAllowed reports whether one of the allowed scopes covers s. A nil list allows everything. A trailing :* covers
// every scope below it, except ScopeReadCredentials.
func ScopeAllowed(s string, allowed []string) bool {
	if allowed == nil {
		return true
	}
	for _, a := range allowed {
		if a == s {
			return true
		}
		if below, ok := strings.CutSuffix(a, "*"); ok && strings.HasPrefix(s, below) && s != ScopeReadCredentials {
			return true
		}
	}
	return false
}

// CheckCIDR checks one address range.
func CheckCIDR(s string) error {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("must be an address range such as 192.0.2.0/24 or 2001:db8::/32")
	}
	if p.Addr().Is4In6() {
		return fmt.Errorf("must not be an IPv4 range in the form of IPv6, which no address is in: write it as 192.0.2.0/24")
	}
	if p != p.Masked() {
		return fmt.Errorf("has bits set behind its prefix length: did you mean %s?", p.Masked())
	}
	return nil
}

// SameCIDR reports whether two texts mean the same address range. A text that is none equals only itself.
func SameCIDR(a, b string) bool {
	x, errX := netip.ParsePrefix(a)
	y, errY := netip.ParsePrefix(b)
	return a == b || errX == nil && errY == nil && x.Masked() == y.Masked()
}

// ParseExpiry reads an RFC 3339 date, such as that of expires_at.
func ParseExpiry(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() > 9999 || t.Year() < 1970 {
		return time.Time{}, fmt.Errorf("must be a date as RFC 3339 writes it, such as 2027-01-31T12:00:00Z")
	}
	return t.UTC(), nil
}

// CheckDate checks a date. Its error completes the sentence "<attribute> …".
func CheckDate(s string) error {
	_, err := ParseExpiry(s)
	return err
}

// SameInstant compares two dates as moments. Two empty ones are the same; a text that is no date equals only itself.
func SameInstant(a, b string) bool {
	if a == b {
		return true
	}
	ta, errA := time.Parse(time.RFC3339, a)
	tb, errB := time.Parse(time.RFC3339, b)
	return errA == nil && errB == nil && ta.Equal(tb)
}

// CheckRotationPolicy checks the durations of a policy, each by itself and against each other. Null max_age and
// quiet_period are given as empty strings.
func CheckRotationPolicy(
	interval, overlap, maxStage, maxAge, onStageTimeout, quietPeriod string,
) (wrong []Mistake) {
	refuse := func(member string, err error) { wrong = append(wrong, Mistake{member, err}) }
	between := func(member, text string, shortest, longest time.Duration, bounds string) (time.Duration, bool) {
		d, err := ParseDuration(text)
		if err == nil && (d < shortest || d > longest) {
			err = fmt.Errorf("must be %s", bounds)
		}
		if err != nil {
			refuse(member, err)
		}
		return d, err == nil
	}
	i, ok := between("interval", interval, minRotationInterval, math.MaxInt64, "at least 1s")
	between("overlap", overlap, 0, longestOverlap, "at most 30d")
	between("max_stage", maxStage, time.Second, longestStage, "at least 1s and at most 30d")
	if maxAge != "" {
		if a, fine := between("max_age", maxAge, 0, math.MaxInt64, ""); ok && fine && a <= i {
			refuse("max_age", fmt.Errorf("must be longer than interval: "+
				"a secret is due after interval and overdue after max_age"))
		}
	}
	if onStageTimeout != OnStageTimeoutCancel && onStageTimeout != OnStageTimeoutPromote {
		refuse("on_stage_timeout", fmt.Errorf("must be cancel or promote"))
	}
	if quietPeriod != "" {
		between("quiet_period", quietPeriod, time.Second, math.MaxInt64, "at least 1s")
	}
	return wrong
}

func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// hasNUL finds the one character that a TEXT of PostgreSQL cannot hold.
func hasNUL(s string) bool { return strings.ContainsRune(s, 0) }

// checkPort takes digits only: strconv alone also takes a sign and leading zeros.
func checkPort(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 65535 || s != strconv.Itoa(n) {
		return fmt.Errorf("must be a port from 1 to 65535")
	}
	return nil
}
