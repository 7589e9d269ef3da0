// Package writeonly decides whether a write-only value is sent (DESIGN section 4, write-only values). It sees only the
// digest of the value.
package writeonly

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Decision is what becomes of a configured value.
type Decision int

// The decisions.
const (
	Keep   Decision = iota // nothing is sent
	Send                   // it is sent
	Unsure                 // the apply decides: something that it depends on is not known yet
)

// Why is the reason of a decision, for its warning.
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
	Different         // they differ, and no earlier apply shows which side changed
	Adopted           // imported: the number is taken over
)

// Facts is everything a decision depends on. It has no clock and no request: Terraform plans again at apply time, and
// both plans must be the same.
type Facts struct {
	Configured bool        // the argument is set
	Value      string      // digest of the configured value, if possible under the key of Platform; empty if not known
	Digests    []string    // digests of the configured value under every key; none if not known
	Blind      bool        // the value is known, but the principal gets no key to make its digest with
	Number     types.Int64 // the argument's …_wo_version
	Platform   string      // digest of the platform's value; empty where there is none
	Revoked    bool        // there is none because it was revoked
	Applied    *Applied    // what the last apply left; nil if there was none
}

// Decide compares configuration and platform. It ignores a hold.
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
	case differ(f.Applied.Digest, f.Platform):
		return Send, Platform
	}
	return Keep, Nothing
}

// differ reports whether two digests are of different values. Of digests under different keys nothing is known. An
// empty digest stands for no value.
func differ(a, b string) bool { return a != b && (a == "" || b == "" || sameKey(a, b)) }

// sameKey reports whether two digests were made with the same key. A digest begins with its key's number.
func sameKey(a, b string) bool {
	mine, _, _ := strings.Cut(a, ":")
	its, _, _ := strings.Cut(b, ":")
	return mine == its
}

// Unseen reports whether the configured value counts as equal because this principal cannot compare it with the
// platform's.
func Unseen(f Facts) bool {
	return f.Configured && f.Number.IsNull() && f.Platform != "" &&
		(f.Blind || f.Value != "" && !sameKey(f.Value, f.Platform))
}

// compare decides by the digests, where there is no number.
func compare(f Facts) (Decision, Why) {
	known := f.Applied != nil && !f.Applied.Imported && f.Applied.Digest != "" && sameKey(f.Applied.Digest, f.Platform)
	switch {
	case Unseen(f) && known && f.Applied.Digest != f.Platform:
		return Send, Platform
	case Unseen(f):
		return Keep, Nothing
	case f.Value == "":
		return Unsure, Nothing
	case f.Value == f.Platform:
		return Keep, Nothing
	case !known:
		return Send, Different
	case f.Applied.Digest == f.Platform:
		return Send, Configuration
	case f.Applied.Digest == f.Value:
		return Send, Platform
	}
	return Send, Both
}

// MaySend reports whether an apply may find that a value is to be sent, whatever the plan found: a write-only value may
// change between plan and apply, or be there only then. It is false where the number says that nothing would be sent.
func MaySend(f Facts) bool {
	f.Configured, f.Value, f.Blind = true, "", false
	d, _ := Decide(f)
	return d != Keep
}

// Settled reports whether the platform is known to have the configured value, which is then the one of the
// configuration.
func Settled(f Facts) bool {
	d, _ := Decide(f)
	return d == Keep && f.Value != "" && f.Value == f.Platform && f.Number.IsNull()
}
