package rotation

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestBadCommands names the invalid field, before any other reason.
func TestBadCommands(t *testing.T) {
	for _, tc := range []struct {
		name  string
		cmd   Command
		field string
	}{
		{"revoke without a reason", Command{Step: StepRevoke, All: true}, "/reason"},
		{"revoke of nothing", Command{Step: StepRevoke, Reason: "r"}, "/below"},
		{"revoke of all and below", Command{Step: StepRevoke, Reason: "r", All: true, Below: 2}, "/below"},
		{"revoke below a negative number", Command{Step: StepRevoke, Reason: "r", Below: -1}, "/below"},
		{"hold without a reason", Command{Step: StepHold}, "/reason"},
		{"forced promote without a reason", Command{Step: StepPromote, Force: true}, "/reason"},
		{"forced retire without a reason", Command{Step: StepRetire, Force: true}, "/reason"},
		{"acknowledge without a version", Command{Step: StepAcknowledge}, "/version"},
		{"a step only deadlines make", Command{Step: StepExpire}, "/step"},
		{"no step", Command{}, "/step"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, done, err := Apply(held(acknowledged(t)), testPolicy(), tc.cmd, start)
			var e *Error
			if !errors.As(err, &e) || e.Code != CodeInvalid || e.Field != tc.field || len(done) != 0 {
				t.Errorf("got %v, want an invalid %s", err, tc.field)
			}
		})
	}
}

type refusalCase struct {
	name string
	c    Credential
	p    Policy
	cmd  Command
	want []string
}

func refusalCases(t *testing.T) []refusalCase {
	t.Helper()
	expired := revoked(t)
	expired.ExpiresAt = at(-time.Hour)
	return []refusalCase{
		{
			"begin while staged", staged(t), testPolicy(),
			Command{Step: StepBegin},
			[]string{"begin refused", "staged until 2026-01-08T00:00:00Z", "version 2", "promote", "cancel"},
		},
		{
			"rotate while draining", draining(t), withoutAcknowledgement(testPolicy()),
			Command{Step: StepRotate},
			[]string{"rotate refused", "draining until 2026-01-02T00:00:00Z", "version 1", "retire", "roll back"},
		},
		{"begin while revoked", revoked(t), testPolicy(), Command{Step: StepBegin}, []string{"revoked", "reissue"}},
		{"promote while stable", stable(), testPolicy(), Command{Step: StepPromote}, []string{"stable", "begin"}},
		{
			"rotate where an acknowledgement is required", stable(), testPolicy(),
			Command{Step: StepRotate},
			[]string{"acknowledgement", "begin instead"},
		},
		{
			"promote without evidence", staged(t), testPolicy(),
			Command{Step: StepPromote},
			[]string{"version 2", "seen in use", "force", "2026-01-08T00:00:00Z"},
		},
		{
			"promote after a rollback", rolledBack(t), testPolicy(),
			Command{Step: StepPromote},
			[]string{"version 2", "rolled back", "2026-01-02T00:00:00Z"},
		},
		{
			"retire too early", draining(t), testPolicy(),
			Command{Step: StepRetire},
			[]string{"version 1", "quiet_period", "2026-01-01T01:00:00Z", "2026-01-02T00:00:00Z"},
		},
		{
			"retire without quiet_period", draining(t), DefaultPolicy(),
			Command{Step: StepRetire},
			[]string{"no quiet_period", "2026-01-02T00:00:00Z", "force"},
		},
		{
			"acknowledge the wrong one", staged(t), testPolicy(),
			Command{Step: StepAcknowledge, Version: 7},
			[]string{"pending version is 2"},
		},
		{
			"reissue after expiry", expired, testPolicy(),
			Command{Step: StepReissue},
			[]string{"expired at 2025-12-31T23:00:00Z", "expires_at"},
		},
		{
			"begin on hold", held(stable()), testPolicy(),
			Command{Step: StepBegin},
			[]string{"on hold since 2026-01-01T00:00:00Z by sec: investigation", "release"},
		},
	}
}

// TestRefusalsSayWhatToDo name the step, the phase, its end, and the next step.
func TestRefusalsSayWhatToDo(t *testing.T) {
	for _, tc := range refusalCases(t) {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := Apply(tc.c, tc.p, tc.cmd, start)
			if err == nil {
				t.Fatal("not refused")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}
