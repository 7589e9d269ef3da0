// Package writeonly decides whether a write-only value has to be sent (DESIGN section 4, write-only values): what the resources that take one
// share. The value itself is never here, only its digest.
package writeonly

import "github.com/hashicorp/terraform-plugin-framework/types"

// Decision is what becomes of a configured value.
type Decision int

// The decisions.
const (
	Keep   Decision = iota // nothing is sent
	Send                   // it is sent
	Unsure                 // the apply decides: something that it depends on is not known yet
)

// Why is the reason of a decision, for the warning that goes with it.
type Why int

// The reasons.
const (
	Nothing       Why = iota
	Missing           // the platform has none
	Revoked           // it was revoked on the platform
	Number            // the number changed
	LowerNumber       // the number changed to a lower one
	Configuration     // the configuration changed since the last apply
	Platform          // the platform's changed since the last apply
	Both              // both changed
	Different         // they differ, and no earlier apply tells whose change it is
	Adopted           // imported: the number is taken over
)

// Facts is everything a decision depends on. No clock and no request is among it: Terraform plans again when it applies, and
// has to come to the same result.
type Facts struct {
	Configured bool        // the argument is set
	Value      string      // digest of the configured value; empty where it is not known
	Number     types.Int64 // the argument's …_wo_version
	Platform   string      // digest of the platform's value; empty where there is none
	Revoked    bool        // there is none because it was revoked
	Applied    *Applied    // what the last apply left; nil if there was none
}

// Decide compares configuration and platform. It leaves a hold aside.
func Decide(f Facts) (Decision, Why) {
	switch {
	case !f.Configured:
		return Keep, Nothing // removing the argument leaves the platform's as it is
	case f.Number.IsUnknown():
		return Unsure, Nothing
	case f.Platform == "" && f.Revoked:
		return Send, Revoked
	case f.Platform == "":
		return Send, Missing
	case f.Number.IsNull():
		return compare(f)
	}
	n := f.Number.ValueInt64()
	switch {
	case f.Applied == nil, f.Applied.Imported && f.Applied.Number == nil:
		return Keep, Adopted
	case f.Applied.Number == nil:
		return Send, Number
	case n < *f.Applied.Number:
		return Send, LowerNumber
	case n != *f.Applied.Number:
		return Send, Number
	case f.Applied.Digest != f.Platform:
		return Send, Platform
	}
	return Keep, Nothing
}

// compare decides without a number, by the digests.
func compare(f Facts) (Decision, Why) {
	switch {
	case f.Value == "":
		return Unsure, Nothing
	case f.Value == f.Platform:
		return Keep, Nothing
	case f.Applied == nil || f.Applied.Imported || f.Applied.Digest == "":
		return Send, Different
	case f.Applied.Digest == f.Platform:
		return Send, Configuration
	case f.Applied.Digest == f.Value:
		return Send, Platform
	}
	return Send, Both
}

// MaySend tells whether an apply might find that a value is to be sent, whatever the plan has found: a write-only value may be another one when
// the plan is applied, or be there only then. Where the number says that no value would be sent, none is.
func MaySend(f Facts) bool {
	f.Configured, f.Value = true, ""
	d, _ := Decide(f)
	return d != Keep
}

// Settled tells whether the platform is known to have the configured value, so that what it has is from now on the configuration's.
func Settled(f Facts) bool {
	d, _ := Decide(f)
	return d == Keep && f.Value != "" && f.Value == f.Platform && f.Number.IsNull()
}
