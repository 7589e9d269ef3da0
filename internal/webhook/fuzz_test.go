package webhook

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

var epoch = time.Unix(0, 0)

var headerErrors = []error{ErrSignatureMalformed, ErrSignatureEncoding, ErrSignatureTooLong, ErrTooManySignatures}

// FuzzParseSignatureHeader: the header is parsed within the limits, or refused with one of four errors. The parsed
// entries are those of the header, in its order.
func FuzzParseSignatureHeader(f *testing.F) {
	f.Add("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	f.Fuzz(func(t *testing.T, header string) {
		signatures, err := parseSignatures(header)
		if err != nil {
			if !errorIsOneOf(err, headerErrors) || signatures != nil {
				t.Fatalf("got %d signatures and %v", len(signatures), err)
			}
			return
		}
		if len(signatures) > MaxKeys || len(header) > maxSignatureHeader {
			t.Fatalf("%d signatures out of %d bytes", len(signatures), len(header))
		}
		var written []string
		for _, s := range signatures {
			written = append(written, s.version+","+base64.StdEncoding.EncodeToString(s.value))
		}
		var known []string
		for entry := range strings.SplitSeq(header, " ") {
			if strings.HasPrefix(entry, "v1,") || strings.HasPrefix(entry, "v1a,") {
				known = append(known, entry)
			}
		}
		if strings.Join(written, " ") != strings.Join(known, " ") {
			t.Fatalf("read %q, but the header has %q", written, known)
		}
	})
}

var secretErrors = []error{ErrSecretEmpty, ErrSecretPrefix, ErrSecretEncoding, ErrSecretLength}

// FuzzParseSecret: a text is the only form of a key that works, or it is refused with one of four errors that do not
// repeat it.
func FuzzParseSecret(f *testing.F) {
	f.Add("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseSecret(text)
		if err != nil {
			if !errorIsOneOf(err, secretErrors) || !k.IsZero() {
				t.Fatalf("got %v", err)
			}
			return
		}
		if k.Expose() != text {
			t.Fatal("the key differs from the text")
		}
		header, err := Sign([]Key{k}, "msg_1", epoch, nil)
		if errors.Is(err, ErrCannotSign) && strings.HasPrefix(text, "whpk_") {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		headers := map[string][]string{HeaderID: {"msg_1"}, HeaderTimestamp: {"0"}, HeaderSignature: {header}}
		if err := Verify([]Key{k}, headers, nil, epoch, DefaultTolerance); err != nil {
			t.Fatal(err)
		}
	})
}

func errorIsOneOf(err error, list []error) bool {
	for _, want := range list {
		if err == want { //nolint:errorlint // the sentinel itself, so it contains nothing of the input
			return true
		}
	}
	return false
}
