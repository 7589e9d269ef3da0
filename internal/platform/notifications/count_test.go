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
	at := func(from time.Time, sent, leftOut int64) store.NotificationWindow {
		return store.NotificationWindow{From: from, Sent: sent, LeftOut: leftOut}
	}
	for name, tc := range map[string]struct {
		w, next store.NotificationWindow
		a       admission
		send    bool
	}{
		"the first":        {at(time.Time{}, 0, 0), at(now, 1, 0), admission{}, true},
		"one more":         {at(now, 3, 0), at(now, 4, 0), admission{}, true},
		"the last":         {at(now, most-1, 0), at(now, most, 0), admission{last: true}, true},
		"one too many":     {at(now, most, 2), at(now, most, 3), admission{}, false},
		"the next hour":    {at(now.Add(-time.Hour), most, 9), at(now, 1, 0), admission{leftOut: 9}, true},
		"a clock set back": {at(now.Add(time.Minute), most, 0), at(now, 1, 0), admission{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			next, a, send := count(tc.w, now)
			if next != tc.next || a != tc.a || send != tc.send {
				t.Errorf("%+v, %+v, %v; want %+v, %+v, %v", next, a, send, tc.next, tc.a, tc.send)
			}
		})
	}
}
