package main

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.token("notifier", acctest.TheFixture().Policies[0])
	id := o.p.As(api.RoleDeployer).ScopedToken("notifier").ID
	o.as(api.RoleAuditor)
	head := "ID STATE FINDING OBJECT VERSION LAST SEEN COUNT ACTION EVIDENCE"
	o.run("findings").want(exitDone, head)
	o.run("findings --output json").want(exitDone, "[]")
	o.p.Clock.Advance(91 * 24 * time.Hour)
	o.p.Sweep()

	o.run("findings").want(exitDone, head, "open unused "+id+" 1 2026-07-31T12:00:00Z 1 - issued_at=2026-05-01T12:00:00Z")
	open := decode[[]api.Finding](o.run("findings --output json --finding unused --kind scoped-tokens --object " + id).
		want(exitDone))
	if len(open) != 1 || open[0].ObjectID != id || open[0].Evidence["last_at"] != "never" {
		t.Fatalf("got %+v", open)
	}
	for _, line := range []string{
		"--state closed", "--finding leaked", "--kind principals", "--object con_01K0V3Z4M5N6P7Q8R9S0T1V2W3",
	} {
		if r := o.run("findings "+line).want(exitDone, head); strings.Count(r.stdout, "\n") != 1 {
			t.Errorf("%s prints %s", line, r.stdout)
		}
	}

	closing := "findings close " + open[0].ID + " --reason"
	o.run(closing, "kept for later").want(exitFailed, "contain")
	o.as(api.RoleSecurity)
	o.run(closing, "kept for later").want(exitDone, "finding "+open[0].ID+" (unused of "+id+") is closed: kept for later")
	o.run(closing, "kept for later").want(exitNoChange, "nothing was done: finding "+open[0].ID+" is closed already")
	o.run("findings --finding unused").want(exitDone, head)
	all := decode[[]api.Finding](o.run("findings --state all --finding unused --output json").want(exitDone))
	if len(all) != 1 || all[0].State != api.FindingClosed || all[0].CloseReason != "kept for later" {
		t.Errorf("after the close: %+v", all)
	}
	o.run("findings close fin_01K0V3Z4M5N6P7Q8R9S0T1V2W3 --reason x").want(exitFailed, "there is no finding with this id")
}

func TestFindingsRefusesTheCommandLine(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleSecurity)
	for line, says := range map[string]string{
		"findings --state gone":                      "--state must be one of open, closed, all",
		"findings --finding leak":                    "--finding must be one of new_network",
		"findings --kind tokens":                     "--kind must be one of connectors",
		"findings --object notifier":                 "--object must be the id of an object",
		"findings notifier":                          "findings takes no argument",
		"findings close --reason x":                  "give the id of one finding",
		"findings close tok_1 --reason x":            "give the id of one finding",
		"findings close fin_01K0V3Z4M5N6P7Q8R9S0":    "--reason",
		"findings close fin_01K0V3Z4M5N6P7Q8 --yes":  "close has no flag --yes",
		"findings close fin_1 fin_2 --reason closed": "give the id of one finding",
	} {
		o.run(line).want(exitRefused, says)
	}
	o.as(api.RoleRuntime)
	o.run("findings").want(exitFailed, "read")
}
