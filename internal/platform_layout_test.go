package internal_test

import (
	"slices"
	"strings"
	"testing"
)

// platformMayImport lists, for each package of the platform, the packages of the platform that it may import. What is
// absent may import none. .golangci.yml repeats the list for editors, docs/architecture.md for readers.
var platformMayImport = map[string][]string{
	"store":          {"auditlog", "uses", "store/column", "store/outage", "store/postgres", "store/sqlite"},
	"store/column":   nil,
	"store/outage":   nil,
	"store/sqlite":   {"store/outage"},
	"store/postgres": {"store/outage"},

	"move": {"store", "store/outage", "store/postgres", "store/sqlite"},

	"keyring/transit": nil,

	"auditlog": nil,
	"uses":     nil,
	"keyring":  {"keyring/transit"},
	"egress":   nil,
	"limits":   nil,
	"problem":  nil,
	"compress": nil,
	"journal":  nil,

	"keys":         {"auditlog", "problem", "store", "keyring", "keys/memory"},
	"keys/memory":  {"keyring"},
	"txn":          {"journal", "problem", "keys", "store", "keyring"},
	"writebehind":  {"uses", "txn", "store"},
	"accesstokens": {"guardrails", "txn", "problem", "keys", "store"},
	"guardrails":   {"txn", "problem", "keys", "store", "keyring"},
	"access":       {"journal", "accesstokens", "writebehind", "guardrails", "txn", "problem", "keys", "store", "keyring"},
	"claims":       {"txn", "problem", "keys", "store"},
	"httpapi": {
		"compress", "claims", "writebehind", "access", "guardrails", "limits", "txn", "problem", "keys", "store",
	},
	"restore":       {"backup", "journal", "guardrails", "access", "txn", "keys", "keyring", "store"},
	"backup":        {"keyring", "store/sqlite"},
	"events":        {"txn", "keys", "store", "keyring"},
	"notifications": {"events", "txn", "store"},
	"credentials":   {"notifications", "uses", "txn", "problem", "keys", "store", "keyring"},
	"lifecycle": {
		"approvals", "credentials", "uses", "httpapi", "limits", "access", "guardrails", "txn", "problem", "keys",
	},

	"audit":            domain("auditlog"),
	"identity":         domain(),
	"inventory":        domain("uses"),
	"consents":         domain(),
	"connectors":       domain("consents"),
	"policies":         domain(),
	"principals":       domain(),
	"governance":       domain("approvals"),
	"tombstones":       {"httpapi", "access", "txn", "problem", "store"},
	"findings":         domain("accesstokens", "notifications", "uses"),
	"runs":             {"claims", "httpapi", "access", "txn", "store"},
	"tokens":           domain("connectors", "consents", "accesstokens", "uses"),
	"exchange":         domain("tokens", "accesstokens", "workload"),
	"oauth":            {"connectors", "egress", "txn", "problem", "keys", "store", "keyring"},
	"retrieval":        domain("tokens", "connectors", "oauth"),
	"webhooks":         domain("connectors", "egress", "events"),
	"deliveries":       domain("webhooks", "egress", "events", "uses"),
	"workload":         domain("approvals", "egress"),
	"people":           domain("approvals", "workload", "journal"),
	"sessions":         {"people", "workload", "access", "txn", "problem", "keys", "store"},
	"login":            domain("sessions"),
	"console/pages":    {"console/hcl", "problem"},
	"console/consents": {"console/pages", "problem"},
	"console/hcl":      nil,
	"console":          {"console/consents", "console/pages", "sessions", "access", "txn", "problem", "keys", "store"},
	"approvals":        {"httpapi", "access", "guardrails", "txn", "problem", "store"},
}

// domain lists what the package of a domain may import: what every domain stands on, and these.
func domain(besides ...string) []string {
	return append([]string{
		"lifecycle", "credentials", "httpapi", "writebehind", "limits", "access", "guardrails", "txn", "problem", "keys",
		"store", "keyring",
	}, besides...)
}

func TestPlatformArrows(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t) {
		if name, ok := strings.CutPrefix(p.ImportPath, internal+"platform/"); ok {
			seen[name] = true
		}
		for _, breach := range platformBreaches(p) {
			t.Errorf("%s %s: docs/architecture.md, \"Arrows\"", p.ImportPath, breach)
		}
	}
	for name := range platformMayImport {
		if !seen[name] {
			t.Errorf("there is no package internal/platform/%s: delete its arrows", name)
		}
	}
}

// Each rule must report an import that breaks it.
func TestPlatformBreachesAreSeen(t *testing.T) {
	const platform = internal + "platform"
	for name, tc := range map[string]struct {
		from, to string
		want     int
	}{
		"the server imports a domain":  {platform, platform + "/tokens", 0},
		"a domain imports what it may": {platform + "/tokens", platform + "/credentials", 0},
		"tokens look up connectors":    {platform + "/tokens", platform + "/connectors", 0},
		"connectors import tokens":     {platform + "/connectors", platform + "/tokens", 1},
		"tokens import webhooks":       {platform + "/tokens", platform + "/webhooks", 1},
		"tokens connect to receivers":  {platform + "/tokens", platform + "/egress", 1},
		"webhooks import deliveries":   {platform + "/webhooks", platform + "/deliveries", 1},
		"a domain imports the server":  {platform + "/tokens", platform, 1},
		"credentials import HTTP":      {platform + "/credentials", platform + "/httpapi", 1},
		"a transaction imports access": {platform + "/txn", platform + "/access", 1},
		"a problem reads the store":    {platform + "/problem", platform + "/store", 1},
		"the store imports keys":       {platform + "/store", platform + "/keys", 1},
		"a package that is not listed": {platform + "/unlisted", platform + "/store", 1},
		"a package outside":            {internal + "acctest", platform + "/store", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := platformBreaches(goPackage{ImportPath: tc.from, Imports: []string{tc.to}})
			if len(got) != tc.want {
				t.Errorf("got %q, want %d", got, tc.want)
			}
		})
	}
}

// platformBreaches describes each import inside the platform that goes against its arrows.
func platformBreaches(p goPackage) (found []string) {
	name, ok := strings.CutPrefix(p.ImportPath, internal+"platform/")
	if !ok {
		return nil
	}
	for _, path := range p.Imports {
		if !under(path, internal+"platform") {
			continue
		}
		to := strings.TrimPrefix(path, internal+"platform/")
		if !slices.Contains(platformMayImport[name], to) {
			found = append(found, "must not import "+path)
		}
	}
	return found
}
