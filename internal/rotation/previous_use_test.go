package rotation_test

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

func TestPreviousUse(t *testing.T) {
	now := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
	fetched := func(consumer string, version int64, again time.Duration) rotation.Retrieval {
		return rotation.Retrieval{Token: "tok_1", Consumer: consumer, Version: version, FetchAgainAt: now.Add(again)}
	}
	for name, tc := range map[string]struct {
		current     int64
		retrievals  []rotation.Retrieval
		behind      int
		known, safe bool
	}{
		"nobody fetched":             {2, nil, 0, false, false},
		"nobody fetched an earlier":  {2, []rotation.Retrieval{fetched("a", 2, time.Minute)}, 0, false, false},
		"one has not moved":          {2, []rotation.Retrieval{fetched("a", 1, -time.Hour)}, 1, true, false},
		"an older one has not moved": {3, []rotation.Retrieval{fetched("a", 1, -time.Hour)}, 1, true, false},
		"all have moved": {
			2, []rotation.Retrieval{fetched("a", 1, 0), fetched("a", 2, time.Minute)}, 0, true, true,
		},
		"moved before it was promised": {
			2, []rotation.Retrieval{fetched("a", 1, 1), fetched("a", 2, time.Minute)}, 0, true, false,
		},
		"one of two has moved": {
			2,
			[]rotation.Retrieval{fetched("a", 1, 0), fetched("b", 1, 0), fetched("a", 2, time.Minute)},
			1, true, false,
		},
		"the same consumer of another token has not moved": {
			2,
			[]rotation.Retrieval{
				fetched("a", 1, 0), fetched("a", 2, time.Minute), {Token: "tok_2", Consumer: "a", Version: 1},
			},
			1, true, false,
		},
		"no version is current": {0, []rotation.Retrieval{fetched("a", 1, 0)}, 0, false, false},
	} {
		got := rotation.PreviousUseAt(tc.current, tc.retrievals, now)
		if len(got.Behind) != tc.behind || got.Known != tc.known || got.Safe != tc.safe {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
