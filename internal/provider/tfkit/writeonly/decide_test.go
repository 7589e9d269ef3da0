package writeonly

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Digests, as far as a decision looks at them.
const (
	mine   = "k1:mine"   // of the configured value
	theirs = "k1:theirs" // of another value, on the platform
	older  = "k1:older"  // of a third one
)

func number(n int64) *int64 { return &n }

// left is what an apply left: a digest, and a number that is null where n is 0.
func left(digest string, n int64) *Applied {
	if n == 0 {
		return &Applied{Digest: digest}
	}
	return &Applied{Digest: digest, Number: &n}
}

func found(digest string, n int64) *Applied {
	a := left(digest, n)
	a.Imported = true
	return a
}

func TestDecide(t *testing.T) {
	null, unknown, two := types.Int64Null(), types.Int64Unknown(), types.Int64Value(2)
	for name, c := range map[string]struct {
		facts    Facts
		decision Decision
		why      Why
	}{
		// The argument is not there: whatever the platform has stays.
		"not configured": {
			Facts{Number: null, Platform: theirs, Applied: left(mine, 0)}, Keep, Nothing,
		},
		"not configured, nothing there": {Facts{Number: null}, Keep, Nothing},
		"not configured, revoked": {
			Facts{Number: null, Revoked: true, Applied: left(mine, 0)}, Keep, Nothing,
		},
		"not configured, another number": {
			Facts{Number: two, Platform: theirs, Applied: left(mine, 1)}, Keep, Nothing,
		},
		"not configured, the number unknown": {
			Facts{Number: unknown, Platform: theirs, Applied: left(mine, 1)}, Keep, Nothing,
		},

		// Nothing on the platform: it is sent, with or without a number, also where its digest is not known yet.
		"missing": {Facts{Configured: true, Number: null, Value: mine}, Send, Missing},
		"missing, applied once": {
			Facts{Configured: true, Number: null, Value: mine, Applied: left(mine, 0)}, Send, Missing,
		},
		"missing, the value unknown": {Facts{Configured: true, Number: null}, Send, Missing},
		"missing, the number of before": {
			Facts{Configured: true, Number: two, Value: mine, Applied: left(mine, 2)}, Send, Missing,
		},
		"missing, imported": {
			Facts{Configured: true, Number: two, Value: mine, Applied: found("", 0)}, Send, Missing,
		},
		"missing, the number unknown": {Facts{Configured: true, Number: unknown, Value: mine}, Unsure, Nothing},
		"revoked": {
			Facts{Configured: true, Number: null, Value: mine, Revoked: true, Applied: left(mine, 0)},
			Send,
			Revoked,
		},
		"revoked, the number of before": {
			Facts{Configured: true, Number: two, Value: mine, Revoked: true, Applied: left(mine, 2)}, Send, Revoked,
		},
		"revoked, the value unknown": {Facts{Configured: true, Number: null, Revoked: true}, Send, Revoked},
		"revoked before, replaced by them": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Revoked: true, Applied: left(mine, 0)},
			Send, Platform,
		},

		// Without a number the digests are compared.
		"equal": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine, Applied: left(mine, 0)},
			Keep,
			Nothing,
		},
		"equal, never applied": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine}, Keep, Nothing,
		},
		"equal, imported": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine, Applied: found(mine, 0)},
			Keep,
			Nothing,
		},
		"equal, both changed to the same": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine, Applied: left(older, 0)},
			Keep,
			Nothing,
		},
		"the configuration changed": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: left(theirs, 0)},
			Send,
			Configuration,
		},
		"the platform changed": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: left(mine, 0)},
			Send,
			Platform,
		},
		"both changed": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: left(older, 0)},
			Send,
			Both,
		},
		"different, never applied": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs}, Send, Different,
		},
		"different, imported": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: found(theirs, 0)},
			Send,
			Different,
		},
		"different, imported with a number": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: found(theirs, 2)},
			Send,
			Different,
		},
		"different, the last apply left nothing": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: left("", 0)},
			Send,
			Different,
		},
		"the value unknown": {
			Facts{Configured: true, Number: null, Platform: theirs, Applied: left(theirs, 0)}, Unsure, Nothing,
		},
		"the value unknown, imported": {
			Facts{Configured: true, Number: null, Platform: theirs, Applied: found(theirs, 0)}, Unsure, Nothing,
		},
		"the number was taken away, equal": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine, Applied: left(mine, 2)},
			Keep,
			Nothing,
		},
		"the number was taken away, different": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: left(theirs, 2)},
			Send,
			Configuration,
		},

		// With a number the value does not count.
		"the number unknown": {
			Facts{Configured: true, Number: unknown, Value: mine, Platform: mine, Applied: left(mine, 2)},
			Unsure,
			Nothing,
		},
		"the number of before": {
			Facts{Configured: true, Number: two, Value: mine, Platform: mine, Applied: left(mine, 2)},
			Keep,
			Nothing,
		},
		"the number of before, another value": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: left(theirs, 2)},
			Keep,
			Nothing,
		},
		"the number of before, value unknown": {
			Facts{Configured: true, Number: two, Platform: theirs, Applied: left(theirs, 2)}, Keep, Nothing,
		},
		"the number of before, they changed": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: left(mine, 2)},
			Send,
			Platform,
		},
		"the number of before, now they have": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: left("", 2)},
			Send,
			Platform,
		},
		"a higher number": {
			Facts{Configured: true, Number: two, Value: mine, Platform: mine, Applied: left(mine, 1)}, Send, Number,
		},
		"a higher number, the value unknown": {
			Facts{Configured: true, Number: two, Platform: mine, Applied: left(mine, 1)}, Send, Number,
		},
		"a lower number": {
			Facts{Configured: true, Number: two, Value: mine, Platform: mine, Applied: left(mine, 3)},
			Send,
			LowerNumber,
		},
		"a first number": {
			Facts{Configured: true, Number: two, Value: mine, Platform: mine, Applied: left(mine, 0)}, Send, Number,
		},
		"a number, never applied": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs}, Keep, Adopted,
		},
		"a number, imported without one": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: found(theirs, 0)},
			Keep,
			Adopted,
		},
		"a number, imported with the same": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: found(theirs, 2)},
			Keep,
			Nothing,
		},
		"a number, imported with a lower one": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: found(theirs, 1)},
			Send,
			Number,
		},
		"a number, imported with a higher one": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: found(theirs, 3)},
			Send,
			LowerNumber,
		},
		"the imported number, they changed": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: found(older, 2)},
			Send,
			Platform,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if d, why := Decide(c.facts); d != c.decision || why != c.why {
				t.Errorf("decision %d, reason %d; want %d, %d", d, why, c.decision, c.why)
			}
		})
	}
}

func TestMaySend(t *testing.T) {
	null, unknown, two := types.Int64Null(), types.Int64Unknown(), types.Int64Value(2)
	for name, c := range map[string]struct {
		facts Facts
		want  bool
	}{
		"equal now, compared at the apply": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine, Applied: left(mine, 0)}, true,
		},
		"not there now":           {Facts{Number: null, Platform: mine, Applied: left(mine, 0)}, true},
		"nothing on the platform": {Facts{Number: null}, true},
		"the number of before": {
			Facts{Configured: true, Number: two, Platform: mine, Applied: left(mine, 2)}, false,
		},
		"the number of before, not there": {Facts{Number: two, Platform: mine, Applied: left(mine, 2)}, false},
		"the number of before, they differ": {
			Facts{Configured: true, Number: two, Platform: theirs, Applied: left(mine, 2)}, true,
		},
		"another number": {
			Facts{Configured: true, Number: two, Platform: mine, Applied: left(mine, 1)}, true,
		},
		"the number unknown": {
			Facts{Configured: true, Number: unknown, Platform: mine, Applied: left(mine, 2)}, true,
		},
		"adopted": {
			Facts{Configured: true, Number: two, Value: mine, Platform: theirs, Applied: found(theirs, 0)}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := MaySend(c.facts); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestSettled(t *testing.T) {
	null, two := types.Int64Null(), types.Int64Value(2)
	for name, c := range map[string]struct {
		facts Facts
		want  bool
	}{
		"equal": {
			Facts{Configured: true, Number: null, Value: mine, Platform: mine, Applied: found(mine, 0)}, true,
		},
		"different": {
			Facts{Configured: true, Number: null, Value: mine, Platform: theirs, Applied: left(mine, 0)}, false,
		},
		"the value unknown": {
			Facts{Configured: true, Number: null, Platform: mine, Applied: left(mine, 0)}, false,
		},
		"nothing on either side": {Facts{Configured: true, Number: null}, false},
		"not configured":         {Facts{Number: null, Platform: mine, Applied: left(mine, 0)}, false},
		"equal, but it is the number's job": {
			Facts{Configured: true, Number: two, Value: mine, Platform: mine, Applied: left(mine, 2)}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Settled(c.facts); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
