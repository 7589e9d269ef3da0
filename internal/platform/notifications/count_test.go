package notifications

import (
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

func TestCount(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	const most = api.MaxNotificationsPerHour
	type window = store.NotificationWindow
	for name, tc := range map[string]struct {
		w, next window
		a       admission
		send    bool
	}{
		"the first":        {window{}, window{now, 1, 0}, admission{}, true},
		"one more":         {window{now, 3, 0}, window{now, 4, 0}, admission{}, true},
		"the last":         {window{now, most - 1, 0}, window{now, most, 0}, admission{last: true}, true},
		"one too many":     {window{now, most, 2}, window{now, most, 3}, admission{}, false},
		"the next hour":    {window{now.Add(-time.Hour), most, 9}, window{now, 1, 0}, admission{leftOut: 9}, true},
		"a clock set back": {window{now.Add(time.Minute), most, 0}, window{now, 1, 0}, admission{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			next, a, send := count(tc.w, now)
			if next != tc.next || a != tc.a || send != tc.send {
				t.Errorf("%+v, %+v, %v; want %+v, %+v, %v", next, a, send, tc.next, tc.a, tc.send)
			}
		})
	}
}
