package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Verify returns nil if one of the keys signed this delivery, and its timestamp is within tolerance of now in either
// direction. It ignores the case of header names, and all headers but the three. It reports a malformed delivery before
// one that is not genuine, and both before it compares any signature.
func Verify(keys []Key, headers map[string][]string, body []byte, now time.Time, tolerance time.Duration) error {
	if err := checkKeys(keys); err != nil {
		return err
	}
	if tolerance <= 0 {
		return ErrTolerance
	}
	d, err := parseDelivery(headers)
	if err != nil {
		return err
	}
	switch {
	case now.Sub(d.at) > tolerance:
		return ErrTooOld
	case d.at.Sub(now) > tolerance:
		return ErrTooNew
	case len(d.signatures) == 0:
		return ErrUnknownVersions
	}
	if !anyMatches(keys, d.signatures, signedContent(d.id, Timestamp(d.at), body)) {
		return ErrNoMatchingSignature
	}
	return nil
}

// delivery is the content of the headers.
type delivery struct {
	id         string
	at         time.Time
	signatures []signature
}

func parseDelivery(headers map[string][]string) (delivery, error) {
	var d delivery
	var values [3]string
	for i, name := range []string{HeaderID, HeaderTimestamp, HeaderSignature} {
		value, err := single(headers, name)
		if err != nil {
			return d, err
		}
		values[i] = value
	}
	d.id = values[0]
	if err := CheckID(d.id); err != nil {
		return d, fmt.Errorf("header %s: %w", HeaderID, err)
	}
	unix, err := parseTimestamp(values[1])
	if err != nil {
		return d, fmt.Errorf("header %s: %w", HeaderTimestamp, err)
	}
	d.at = time.Unix(unix, 0)
	if d.signatures, err = parseSignatures(values[2]); err != nil {
		return d, fmt.Errorf("header %s: %w", HeaderSignature, err)
	}
	return d, nil
}

// single returns the only value of a header. It refuses two: programs differ in which of them they take.
func single(headers map[string][]string, name string) (string, error) {
	var found []string
	for key, values := range headers {
		if strings.EqualFold(key, name) {
			found = append(found, values...)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("header %s: %w", name, ErrHeaderMissing)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("header %s: %w", name, ErrHeaderDoubled)
}

// parseTimestamp reads unix seconds in their only valid form: the signature covers the text.
func parseTimestamp(text string) (int64, error) {
	unix, err := strconv.ParseInt(text, 10, 64)
	if err != nil || unix < 0 || unix > MaxUnix || strconv.FormatInt(unix, 10) != text {
		return 0, ErrTimestamp
	}
	return unix, nil
}

// anyMatches compares every signature with every key, even after a match, so that the time does not show which one
// matched.
func anyMatches(keys []Key, signatures []signature, content []byte) bool {
	found := false
	for _, k := range keys {
		m := k.material()
		var expected []byte
		if m.secret != nil {
			expected = mac(m.secret, content)
		}
		for _, s := range signatures {
			var matches bool
			switch {
			case s.version == versionHMAC && expected != nil:
				matches = hmac.Equal(s.value, expected)
			case s.version == versionEd25519 && m.public != nil:
				matches = ed25519.Verify(m.public, content, s.value)
			}
			found = found || matches
		}
	}
	return found
}
