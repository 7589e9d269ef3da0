package rotation

import (
	"testing"
	"time"
)

func TestNotices(t *testing.T) {
	const day = 24 * time.Hour
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	aged := Policy{Interval: 30 * day, MaxAge: 60 * day, Overlap: day, MaxStage: day, RequireAcknowledgement: true}
	one := Credential{
		Highest: 1, Version: 1, Versions: []Version{{Number: 1, State: StateCurrent, CurrentSince: start}},
	}
	held := one
	held.Hold = &Hold{Reason: "freeze", At: start}
	none := Credential{Highest: 1, Version: 1, Versions: []Version{{Number: 1, State: StateRevoked}}}
	at := func(days int) time.Time { return start.Add(time.Duration(days) * day) }
	for name, tc := range map[string]struct {
		c      Credential
		p      Policy
		expiry time.Time // of a connector
		now    time.Time
		want   Notice
		of     Notice // of a connector
	}{
		"new": {
			one, aged,
			time.Time{},
			at(0),
			Notice{Version: 1, Step: StepNone, Next: at(30)},
			Notice{Version: 1, Next: at(30)},
		},
		"due": {
			one, aged,
			time.Time{},
			at(30),
			Notice{Due: true, Version: 1, Step: StepBegin, Reason: ReasonInterval, Since: at(30), Next: at(60)},
			Notice{Due: true, Version: 1, Since: at(30), Next: at(60)},
		},
		"overdue": {
			one, aged,
			time.Time{},
			at(61),
			Notice{Overdue: true, Version: 1, Step: StepBegin, Reason: ReasonOverdue, Since: at(60)},
			Notice{Overdue: true, Version: 1, Since: at(60)},
		},
		"on hold": {
			held, aged,
			time.Time{},
			at(61),
			Notice{Version: 1, Step: StepNone, Reason: ReasonHeld},
			Notice{Version: 1},
		},
		"without ages": {
			one, DefaultPolicy(),
			time.Time{},
			at(1000),
			Notice{Version: 1, Step: StepNone},
			Notice{Version: 1},
		},
		"revoked": {
			none, aged,
			time.Time{},
			at(1),
			Notice{Due: true, Version: 1, Step: StepReissue, Reason: ReasonRevoked},
			Notice{Version: 1},
		},
		"ends at the third party": {
			one,
			Policy{Overlap: 2 * day},
			at(10), at(8),
			Notice{Version: 1, Step: StepNone},
			Notice{Due: true, Version: 1, Since: at(8), Next: at(10)},
		},
		"has ended at the third party": {
			one,
			Policy{Overlap: 2 * day, MaxAge: 20 * day},
			at(10), at(12),
			Notice{Version: 1, Step: StepNone, Next: at(20)},
			Notice{Overdue: true, Version: 1, Since: at(10), Next: at(20)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := NoticeAt(tc.c, tc.p, tc.now); got != tc.want {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
			if got := ConnectorNoticeAt(tc.c, tc.p, tc.expiry, tc.now); got != tc.of {
				t.Errorf("connector: got  %+v\nwant %+v", got, tc.of)
			}
		})
	}
}
