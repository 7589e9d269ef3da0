package lifecycle

import (
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// CheckCertifiedUntil checks until when a credential is certified; nil is none. It may be in the past: a configuration
// that is applied anew must not fail because of it.
func CheckCertifiedUntil(text *string) error {
	if text == nil {
		return nil
	}
	if _, err := api.ParseExpiry(*text); err != nil {
		return problem.Refused("/certified_until", err)
	}
	return nil
}

// FlattenCertification shows until when a credential is certified.
func FlattenCertification(until *string, now time.Time) api.Certification {
	return api.Certification{CertifiedUntil: until, CertificationEnded: CertificationEnded(until, now)}
}

// CertificationEnded reports whether the certification of a credential has ended. It goes by the clock that the
// platform has, also while that is in doubt: nothing ends because of it.
func CertificationEnded(until *string, now time.Time) bool {
	at := CertifiedUntil(until)
	return !at.IsZero() && !now.Before(at)
}

// CertifiedUntil is a stored certified_until as a time; zero for none.
func CertifiedUntil(until *string) time.Time {
	if until == nil {
		return time.Time{}
	}
	at, _ := api.ParseExpiry(*until) // it was checked before it was stored
	return at
}
