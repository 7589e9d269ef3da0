package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// TestTokenListAndRevoke lists and ends principals on the machine of the platform.
func TestTokenListAndRevoke(t *testing.T) {
	dir, c := t.TempDir(), clock.NewFake(epoch)
	where := []string{"--data-dir", dir, "--tenant", "acme", "--environment", "staging"}
	call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "staging,production")
	token := func(command string, args ...string) (int, string, string) {
		t.Helper()
		return call(t, c, append([]string{"token", command}, args...)...)
	}
	c.Advance(time.Second)
	token("create", append(where, "--role", "planner", "--name", "ci-plan", "--ttl", "1h")...)
	c.Advance(time.Hour)
	code, out, log := token("list", where...)
	rows := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(rows) != 3 || strings.Contains(out, "qcp_") {
		t.Fatalf("exit code %d: %s%s", code, out, log)
	}
	for i, want := range []string{
		`^ID +NAME +ROLE +CREATED +EXPIRES +LAST USED$`,
		`^prn_\w{26} +deployer +deployer +2026-05-01T12:00:00Z +2026-05-31T12:00:00Z +never$`,
		`^prn_\w{26} +ci-plan +planner +2026-05-01T12:00:01Z +2026-05-01T13:00:01Z \(expired\) +never$`,
	} {
		if !regexp.MustCompile(want).MatchString(rows[i]) {
			t.Errorf("row %d: %q", i, rows[i])
		}
	}
	deployer, planner := rows[1][:30], rows[2][:30]
	for _, s := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--id", planner}, 0, "revoked ci-plan (" + planner + "), role planner"},
		{[]string{"--id", planner}, 1, "was ended at 2026-05-01T13:00:01Z before"},
		{[]string{"--id", deployer}, 1, "repeat this with --last"},
		{[]string{"--id", deployer}, 1, "Workload identities do not count"},
		{[]string{"--id", deployer}, 1, "--break-glass under the guardrail forbid_static_principals"},
		{[]string{"--id", deployer, "--last"}, 0, "revoked deployer"},
		{[]string{"--id", "prn_x"}, 1, "token list"},
		{nil, 2, "--id"},
	} {
		code, out, log := token("revoke", append([]string{"--data-dir", dir}, s.args...)...)
		if code != s.code || !strings.Contains(out+log, s.says) {
			t.Errorf("%v: exit code %d: %s%s", s.args, code, out, log)
		}
	}
	if _, out, _ := token("list", where...); strings.Contains(out, "prn_") {
		t.Errorf("after the revocations: %s", out)
	}
	if code, _, log := token("list", "--data-dir", dir, "--tenant", "acme", "--environment", "nowhere"); code != 1 ||
		!strings.Contains(log, "no environment") {
		t.Errorf("a missing environment: exit code %d: %s", code, log)
	}
}
