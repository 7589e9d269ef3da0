package main

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestAudit(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	value := o.token("notifier", acctest.TheFixture().Policies[0])
	id := o.p.As(api.RoleDeployer).ScopedToken("notifier").ID
	o.run("revoke scoped-token notifier --reason leaked --yes").want(exitDone)
	o.as(api.RoleAuditor)

	all := o.run("audit "+id).want(exitDone, "INDEX AT ACTOR ACTION OBJECT OUTCOME DETAIL", "create "+id+" success",
		"reveal "+id+" success", "revoke "+id+" success", "reason=leaked")
	if strings.Count(all.stdout, "\n") != 4 {
		t.Errorf("got %s", all.stdout)
	}
	for line, says := range map[string]string{
		"audit --action revoke":                                       "revoke " + id,
		"audit --outcome success --since 2026-05-01T00:00:00Z":        "create " + id,
		"audit " + id + " --at-most 1":                                "These are the oldest 1",
		"audit " + id + " --until 2026-05-01T00:00:00Z --output json": "[]",
	} {
		o.run(line).want(exitDone, says)
	}
	got := decode[[]api.AuditEvent](o.run("audit " + id + " --action revoke --output json").want(exitDone))
	if len(got) != 1 || got[0].Detail["reason"] != "leaked" || got[0].Role != api.RoleDeployer {
		t.Errorf("got %+v", got)
	}
	for line, says := range map[string]string{
		"audit notifier":           "give the id of one object",
		"audit " + value:           "give the id of one object",
		"audit " + id + " " + id:   "give the id of one object",
		"audit --since yesterday":  "--since must be a time",
		"audit --until 2026-05-01": "--until must be a time",
		"audit --outcome good":     "--outcome must be success or failure",
		"audit --at-most 0":        "--at-most must be 1 or more",
	} {
		o.run(line).want(exitRefused, says)
	}
}
