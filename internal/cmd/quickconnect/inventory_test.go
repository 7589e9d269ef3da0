package main

import (
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestInventory(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.p.As(api.RoleRuntime).Introspect(o.token("notifier", acctest.TheFixture().Policies[0]))
	o.p.Clock.Advance(91 * 24 * time.Hour)
	o.as(api.RoleAuditor)

	all := o.run("inventory").want(exitDone, "ID NAME OWNER PHASE DUE AGE LAST USED UNUSED SCOPES FINDINGS RISK WHY",
		"notifier team-messaging stable begin 91d 2026-05-01T12:00:00Z", "deployer - - none 91d")
	o.run("inventory --kind scoped-tokens").want(exitDone, "notifier team-messaging")
	for _, line := range []string{
		"--unused-for 92d", "--overdue", "--owner team-other", "--label tier=gold", "--unacknowledged", "--expires-within 1d",
		"--finding leaked", "--kind scoped-tokens --older-than 92d", "--connector con_x", "--certification-ended",
	} {
		if r := o.run("inventory " + line).want(exitDone); strings.Count(r.stdout, "\n") != 1 {
			t.Errorf("%s prints %s", line, r.stdout)
		}
		o.run("inventory --output json "+line).want(exitDone, "[]")
	}
	entries := decode[[]api.InventoryEntry](o.run("inventory --output json").want(exitDone))
	if len(entries) != strings.Count(all.stdout, "\n")-1 {
		t.Errorf("JSON has %d entries, the table is\n%s", len(entries), all.stdout)
	}
	top := decode[[]api.InventoryEntry](o.run("inventory --riskiest 2 --output json").want(exitDone))
	if len(top) != 2 || top[0].Risk.Score < top[1].Risk.Score || top[0].Role == "" {
		t.Errorf("the riskiest are %+v", top)
	}
	for line, says := range map[string]string{
		"inventory --kind tokens":      "--kind must be one of connectors, principals",
		"inventory --unused-for soon":  "--unused-for must be a duration",
		"inventory --finding leak":     "--finding must be one of new_network",
		"inventory --riskiest 0":       "--riskiest must be 1 to 10000",
		"inventory --connector tok_01": "--connector must be the id of a connector",
		"inventory notifier":           "inventory takes no argument",
		"owners --older-than 9":        "--older-than must be a duration",
		"owners --owner x":             "owners has no flag --owner",
	} {
		o.run(line).want(exitRefused, says)
	}
	o.p.Sweep()
	o.run("inventory --finding unused").want(exitDone, "notifier team-messaging stable begin 91d 2026-05-01T12:00:00Z",
		" unused ")
	o.as(api.RoleRuntime)
	o.run("inventory").want(exitFailed, "read")
}

func TestOwners(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.token("notifier", acctest.TheFixture().Policies[0])
	o.p.Clock.Advance(90 * 24 * time.Hour)
	o.run("owners").want(exitDone, "OWNER CREDENTIALS OVERDUE UNUSED 90D UNCLAIMED HIGHEST RISK")
	got := decode[[]owned](o.run("owners --kind scoped-tokens --output json").want(exitDone))
	if len(got) != 1 || got[0].Owner != "team-messaging" || got[0].Credentials != 1 || got[0].Unused != 1 ||
		got[0].Unclaimed != 1 || got[0].Kinds[api.KindScopedTokens] != 1 || got[0].Risk != 2 {
		t.Errorf("got %+v", got)
	}
	principals := number(int64(len(api.Roles()) + 1))
	if r := o.run("owners --kind principals").want(exitDone, "- "+principals); !strings.Contains(
		strings.Join(strings.Fields(r.stdout), " "), " "+principals+" - ") {
		t.Errorf("principals are in no state, and are shown as unclaimed:\n%s", r.stdout)
	}
	o.run("owners --overdue --output json").want(exitDone, "[]")
}

// A certification that has ended is a mark in the table, a filter, and a line of show.
func TestInventoryOfCertifications(t *testing.T) {
	t.Parallel()
	o := newOperator(t, api.RoleDeployer)
	o.token("notifier", acctest.TheFixture().Policies[0])
	o.token("other", acctest.TheFixture().Policies[0])
	until := o.p.Clock.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	o.p.Credential(api.ScopedTokens, "notifier").Patch(map[string]any{"certified_until": until})
	o.run("show scoped-token notifier").want(exitDone, "certified until "+until+" phase stable")
	o.run("inventory --certification-ended --output json").want(exitDone, "[]")
	o.p.Clock.Advance(24 * time.Hour)
	o.run("show scoped-token notifier").want(exitDone, "certified until "+until+" (ended)")
	r := o.run("inventory --certification-ended").want(exitDone, "stable none, certification ended 1d")
	if strings.Count(r.stdout, "\n") != 2 {
		t.Errorf("the filter selects\n%s", r.stdout)
	}
}
