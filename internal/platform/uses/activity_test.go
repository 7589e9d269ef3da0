package uses_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// TestActivity: what is kept of hours and days is what the newest uses say, however long a version is used.
func TestActivity(t *testing.T) {
	stored := &uses.Summary{}
	at := start // a Friday, 12:00
	for range 1000 {
		batch := &uses.Summary{}
		batch.Add(uses.Use{At: at}, uses.PerVersion)
		batch.Add(uses.Use{At: at.Add(time.Minute)}, uses.PerVersion)
		batch.Refuse(at)
		stored.Merge(batch, uses.PerVersion)
		at = at.Add(time.Hour)
	}
	a := stored.Activity
	last := uses.HourOf(at.Add(-time.Hour))
	if len(a.Hours) != 48 || a.Hours[last] != 2 || a.Hours[last-47] != 2 || len(a.Refused) != 48 || a.Refused[last] != 1 ||
		len(a.Days) != 36 || a.Days[last/24] != 2 || len(a.Week) != 168 || a.Week[4*24+12] != uses.HourOf(start) {
		t.Errorf("%d hours, %d refused, %d days, %d hours of the week: %+v", len(a.Hours), len(a.Refused), len(a.Days),
			len(a.Week), a)
	}
	if stored.Count != 2000 {
		t.Errorf("%d uses: a refused one counts", stored.Count)
	}
}

// TestActivityOfOneHour: batches of the same hour add up, and its day has their sum.
func TestActivityOfOneHour(t *testing.T) {
	stored := &uses.Summary{}
	for i := range 3 {
		batch := &uses.Summary{}
		batch.Add(uses.Use{At: at(i)}, uses.PerVersion)
		stored.Merge(batch, uses.PerVersion)
	}
	hour := uses.HourOf(start)
	want := uses.Activity{
		Hours: map[int64]int64{hour: 3}, Days: map[int64]int64{hour / 24: 3}, Week: map[int64]int64{4*24 + 12: hour},
	}
	if diff := cmp.Diff(want, stored.Activity); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
