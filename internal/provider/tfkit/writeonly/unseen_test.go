package writeonly

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TestUnseen: without the comparison key, or under another one, a value counts as equal, and what the platform changed
// is found.
func TestUnseen(t *testing.T) {
	const mine2, theirs2 = "k2:mine", "k2:theirs"
	null, two := types.Int64Null(), types.Int64Value(2)
	for name, c := range map[string]struct {
		facts    Facts
		decision Decision
		why      Why
		unseen   bool
	}{
		"no key": {Facts{
			Configured: true, Blind: true, Number: null, Platform: mine,
			Applied: left(mine, 0),
		}, Keep, Nothing, true},
		"no key, they changed": {Facts{
			Configured: true, Blind: true, Number: null, Platform: theirs,
			Applied: left(mine, 0),
		}, Send, Platform, true},
		"no key, never applied": {
			Facts{Configured: true, Blind: true, Number: null, Platform: theirs},
			Keep,
			Nothing, true,
		},
		"no key, imported": {Facts{
			Configured: true, Blind: true, Number: null, Platform: theirs,
			Applied: found(mine, 0),
		}, Keep, Nothing, true},
		"no key, revoked": {Facts{
			Configured: true, Blind: true, Number: null, Revoked: true,
			Applied: left(mine, 0),
		}, Send, Revoked, false},
		"no key, not configured": {
			Facts{Blind: true, Number: null, Platform: theirs, Applied: left(mine, 0)},
			Keep, Nothing, false,
		},
		"no key, a number": {Facts{
			Configured: true, Blind: true, Number: two, Platform: mine,
			Applied: left(mine, 1),
		}, Send, Number, false},
		"another key": {Facts{
			Configured: true, Value: theirs2, Number: null, Platform: mine,
			Applied: left(mine, 0),
		}, Keep, Nothing, true},
		"another key, they changed": {Facts{
			Configured: true, Value: theirs2, Number: null, Platform: theirs,
			Applied: left(mine, 0),
		}, Send, Platform, true},
		"another key at the last apply": {Facts{
			Configured: true, Value: mine2, Number: null, Platform: mine2,
			Applied: left(mine, 0),
		}, Keep, Nothing, false},
		"another key then, they differ now": {Facts{
			Configured: true, Value: mine2, Number: null, Platform: theirs2,
			Applied: left(mine, 0),
		}, Send, Different, false},
		"another key then, a number": {
			Facts{Configured: true, Number: two, Platform: theirs2, Applied: left(mine, 2)},
			Keep, Nothing, false,
		},
	} {
		if d, why := Decide(c.facts); d != c.decision || why != c.why || Unseen(c.facts) != c.unseen {
			t.Errorf("%s: decision %d, reason %d, unseen %v", name, d, why, Unseen(c.facts))
		}
	}
}
