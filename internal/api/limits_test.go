package api_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestChecksAcceptAndRefuse(t *testing.T) {
	cases := map[string]struct {
		check func(string) error
		good  []string
		bad   []string
	}{
		"name": {
			api.CheckName,
			[]string{"a", "notifier-2", strings.Repeat("a", 63)},
			[]string{"", "-a", "a-", "A", "a_b", strings.Repeat("a", 64), "a\n"},
		},
		"owner": {
			api.CheckOwner,
			[]string{"team-messaging", "Team Messaging", "messaging@example.com"},
			[]string{"", " team", "a@", "A <a@example.com>", "a\tb", strings.Repeat("a", 255)},
		},
		"scope": {
			api.CheckScope,
			[]string{"messages:send", "messages:*", "admin", "a.b:c-d:e_f"},
			[]string{"", "*", "messages:", ":send", "Messages:send", "messages send", "a:*:b", strings.Repeat("a", 129)},
		},
		"cidr": {
			api.CheckCIDR,
			[]string{"192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0"},
			[]string{"", "192.0.2.1", "192.0.2.1/24", "192.0.2.0/33", "example.com/24", "::ffff:192.0.2.0/120"},
		},
		"reason": {
			api.CheckReason,
			[]string{"leaked in a ticket"},
			[]string{"", "  ", "two\nlines", strings.Repeat("a", 513)},
		},
		"expiry": {
			func(s string) error { _, err := api.ParseExpiry(s); return err },
			[]string{"2027-01-31T12:00:00Z", "2027-01-31T12:00:00.5+02:00"},
			[]string{"", "2027-01-31", "tomorrow", "0000-01-01T00:00:00Z"},
		},
		"labels": {
			func(s string) error { return api.CheckLabels(map[string]string{"team": s}) },
			[]string{"", "a\nb", strings.Repeat("a", 256)},
			[]string{"a\x00b", strings.Repeat("a", 257)},
		},
		"triggers": {
			func(s string) error { return api.CheckTriggers(map[string]string{"key": s}) },
			[]string{"", "1"},
			[]string{"\x00"},
		},
		"settings": {
			func(s string) error {
				for _, wrong := range api.CheckSettings("custom", map[string]string{"key": s}) {
					return wrong.Err
				}
				return nil
			},
			[]string{"", "1"},
			[]string{"\x00"},
		},
		"description": {
			api.CheckDescription,
			[]string{"", "two\nlines", strings.Repeat("a", 1024)},
			[]string{"a\x00b", strings.Repeat("a", 1025)},
		},
		"type": {api.CheckConnectorType, api.ConnectorTypes(), []string{"", "fax"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, s := range c.good {
				if err := c.check(s); err != nil {
					t.Errorf("%q: %v", s, err)
				}
			}
			for _, s := range c.bad {
				if c.check(s) == nil {
					t.Errorf("%q is accepted", s)
				}
			}
			const canary = "\t\x00CANARY-4711"
			if err := c.check(canary); err == nil || strings.Contains(err.Error(), "4711") {
				t.Errorf("want an error that does not repeat the value, got %v", err)
			}
		})
	}
}

func TestScopeAllowed(t *testing.T) {
	for _, c := range []struct {
		scope   string
		allowed []string
		want    bool
	}{
		{"messages:send", nil, true},
		{"messages:send", []string{}, false},
		{"messages:send", []string{"messages:send"}, true},
		{"messages:send", []string{"messages:read"}, false},
		{"messages:send", []string{"messages:*"}, true},
		{"messages:*", []string{"messages:*"}, true},
		{"messages:*", []string{"messages:send"}, false},
		{"messages", []string{"messages:*"}, false},
		{"messages-archive:send", []string{"messages:*"}, false},
		{"credentials:read", nil, true},
		{"credentials:read", []string{"credentials:read"}, true},
		{"credentials:read", []string{"credentials:*"}, false},
		{"credentials:*", []string{"credentials:read"}, false},
	} {
		if got := api.ScopeAllowed(c.scope, c.allowed); got != c.want {
			t.Errorf("ScopeAllowed(%q, %q) = %v", c.scope, c.allowed, got)
		}
	}
}

func TestCheckRotationPolicy(t *testing.T) {
	for _, c := range []struct {
		interval, overlap, maxStage, maxAge, timeout, quiet, field string
	}{
		{"90d", "24h", "7d", "", "cancel", "", ""},
		{"90d", "0s", "30d", "91d", "promote", "1h", ""},
		{"90 days", "24h", "7d", "", "cancel", "", "interval"},
		{"0s", "24h", "7d", "", "cancel", "", "interval"},
		{"90d", "31d", "7d", "", "cancel", "", "overlap"},
		{"90d", "24h", "31d", "", "cancel", "", "max_stage"},
		{"90d", "24h", "0s", "", "cancel", "", "max_stage"},
		{"90d", "24h", "7d", "90d", "cancel", "", "max_age"},
		{"90d", "24h", "7d", "", "wait", "", "on_stage_timeout"},
		{"90d", "24h", "7d", "", "cancel", "0s", "quiet_period"},
		{"90 days", "31d", "0s", "1h", "wait", "x", "interval overlap max_stage on_stage_timeout quiet_period"},
	} {
		var fields []string
		for _, m := range api.CheckRotationPolicy(c.interval, c.overlap, c.maxStage, c.maxAge, c.timeout, c.quiet) {
			fields = append(fields, m.Where)
		}
		if got := strings.Join(fields, " "); got != c.field {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}
