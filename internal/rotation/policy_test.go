package rotation

import (
	"errors"
	"testing"
	"time"
)

func TestPolicyValidate(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Policy)
		field  string
	}{
		{"as it is", func(*Policy) {}, ""},
		{"no interval", func(p *Policy) { p.Interval = 0 }, ""},
		{"negative interval", func(p *Policy) { p.Interval = -1 }, "/interval"},
		{"no overlap", func(p *Policy) { p.Overlap = 0 }, ""},
		{"longest overlap", func(p *Policy) { p.Overlap = MaxOverlap }, ""},
		{"longer overlap", func(p *Policy) { p.Overlap = MaxOverlap + 1 }, "/overlap"},
		{"negative overlap", func(p *Policy) { p.Overlap = -1 }, "/overlap"},
		{"no stage", func(p *Policy) { p.MaxStage = 0 }, "/max_stage"},
		{"longest stage", func(p *Policy) { p.MaxStage = MaxStage }, ""},
		{"longer stage", func(p *Policy) { p.MaxStage = MaxStage + 1 }, "/max_stage"},
		{"max_age as the interval", func(p *Policy) { p.MaxAge = p.Interval }, "/max_age"},
		{"max_age below the interval", func(p *Policy) { p.MaxAge = time.Hour }, "/max_age"},
		{"max_age alone", func(p *Policy) { p.Interval, p.MaxAge = 0, time.Hour }, ""},
		{"negative max_age", func(p *Policy) { p.MaxAge = -1 }, "/max_age"},
		{"negative quiet_period", func(p *Policy) { p.QuietPeriod = -1 }, "/quiet_period"},
		{"unknown on_stage_timeout", func(p *Policy) { p.OnStageTimeout = "wait" }, "/on_stage_timeout"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := testPolicy()
			tc.change(&p)
			err := p.Validate()
			var e *Error
			if tc.field == "" && err != nil || tc.field != "" && (!errors.As(err, &e) || e.Field != tc.field || e.Code != CodeInvalid) {
				t.Errorf("got %v, want field %q", err, tc.field)
			}
		})
	}
}

func TestDefaultPolicy(t *testing.T) {
	want := Policy{Overlap: day, MaxStage: 7 * day, RequireAcknowledgement: true, OnStageTimeout: OnTimeoutCancel}
	if got := DefaultPolicy(); got != want || got.Validate() != nil {
		t.Errorf("got %+v (%v)", got, got.Validate())
	}
}
