package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// ownAPI verifies what a service sends, as the guide says: a token of the platform by introspection, and any other one
// by comparison with what Terraform handed over, as long as it compares.
type ownAPI struct {
	m        *migration
	compares bool
}

func (a *ownAPI) accepts(value string) bool {
	a.m.t.Helper()
	if strings.HasPrefix(value, "qct_") {
		return a.m.p.As(api.RoleRuntime).Introspect(value).Active
	}
	return a.compares && value == tokenIn(a.m.t, a.m.sink("api"))
}

// served fails the test unless the API accepts what the service has. It is asked after every request of an apply too.
func (m *migration) served(own *ownAPI, service *string) func() {
	m.t.Helper()
	served := func() {
		m.t.Helper()
		if *service != "" && !own.accepts(*service) {
			m.t.Errorf("at %s the service is cut off", m.p.Clock.Now())
		}
	}
	m.p.AfterEach(served)
	return served
}

func (m *migration) fromState() {
	m.t.Helper()
	service, own := "", &ownAPI{m, true}
	served := m.served(own, &service)
	before, after := m.config("state-before"), m.config("state-token")
	m.write(before)
	m.tf.Apply()
	service = tokenIn(m.t, m.sink("notifier"))
	old := service
	served()
	m.find().Has("in the state: sink_secret.api value", "in the state: sink_secret.notifier value").HasNot(old)

	m.write(m.without(before, `resource "vault_kv_secret_v2" "notifier"`) + after)
	m.tf.SavePlan("token.tfplan").Has("sink_secret.notifier will be updated in-place",
		"Plan: 3 to add, 1 to change, 0 to destroy.")
	m.tf.ApplyPlan("token.tfplan")
	served()
	service = tokenIn(m.t, m.sink("notifier"))
	served()
	if !own.accepts(old) || service == old {
		m.t.Fatal("there is no way back")
	}
	m.tf.Plan(0).Silent()
	if m.p.As(api.RoleAuditor).ScopedToken("notifier").LastUsedAt == nil {
		m.t.Error("nothing shows that the service sends the new value")
	}

	own.compares = false
	served()
	m.write(after)
	m.shows("migrate-state", m.tf.Plan(2))
	m.tf.Apply()
	served()
	m.find().HasNot("in the state")
	m.history(old)
	if own.accepts(old) {
		m.t.Error("what the history has is accepted")
	}
	m.tf.Plan(0).Silent()
	m.leave(after, served)
}

// history fails the test unless a value is in an older version of the state, and in the newest one neither that nor any
// other.
func (m *migration) history(old string) {
	m.t.Helper()
	state := filepath.Join(m.tf.Dir, "terraform.tfstate")
	newest, err := os.ReadFile(state)
	ok(m.t, err)
	canaries := acctest.NewCanaries(m.t, map[string]string{
		"the old value": old, "the new value": tokenIn(m.t, m.sink("notifier")),
	})
	canaries.Absent("the state", newest)
	backup, err := os.ReadFile(state + ".backup")
	ok(m.t, err)
	if !strings.Contains(string(backup), old) {
		m.t.Error("the history does not have the old value: the guide warns in vain")
	}
}

// A token that a person made and revealed. It stays the same object, and its value ends with the overlap.
func (m *migration) fromKept() {
	m.t.Helper()
	makeWhatIsKept(m.p)
	old := m.p.As(api.RoleDeployer).Reveal("notifier", 1)
	service := old
	served := m.served(&ownAPI{m, false}, &service)
	m.tf.Var("notifier_token", old)
	m.write(m.config("kept-before"))
	m.tf.Apply()
	m.find().Has("in the state: sink_secret.notifier value").HasNot(old)

	m.tf.Var("notifier_token", "")
	after := m.without(m.config("state-token"), `resource "quickconnect_scoped_token" "notifier"`) + m.config("kept-token")
	m.write(after)
	m.tf.SavePlan("import.tfplan").Has("sink_secret.notifier will be updated in-place",
		"Plan: 3 to import, 0 to add, 2 to change, 0 to destroy.")
	m.tf.ApplyPlan("import.tfplan")
	if handed := tokenIn(m.t, m.sink("notifier")); handed != old {
		m.t.Error("the value has changed with the import")
	}
	m.history(old)

	m.write(strings.Replace(after, `"adopted"`, `"was in the state"`, 1))
	m.tf.Apply()
	served()
	service = tokenIn(m.t, m.sink("notifier"))
	served()
	m.tf.Apply()
	m.p.Clock.Advance(day)
	served()
	if m.p.As(api.RoleDeployer).Introspect(old).Active {
		m.t.Error("what the history has is accepted")
	}
	m.tf.Plan(0).Silent()
}

// makeWhatIsKept makes by hand what the guide imports.
func makeWhatIsKept(p *acctest.Platform) {
	by := p.As(api.RoleDeployer)
	overlap := "24h"
	by.Create(api.KindRotationPolicies, api.RotationPolicyCreate{Name: "tokens", Interval: "90d", Overlap: &overlap}).
		Want(201)
	by.Create(api.KindConnectors, api.ConnectorCreate{Name: "alerts", Owner: "messaging@example.com", Type: "custom"}).
		Want(201)
	policy := by.RotationPolicy("tokens").ID
	by.Create(api.KindScopedTokens, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "team-notifier"},
		ConnectorID:   by.Connector("alerts").ID, Scopes: []string{"messages:send"}, RotationPolicyID: &policy,
	}).Want(201)
}

// leave walks the section about leaving, and comes back.
func (m *migration) leave(config string, served func()) {
	m.t.Helper()
	leaving := m.config("leave")
	token := m.without(leaving, "removed")
	for _, address := range []string{"quickconnect_rotation_policy.tokens", "quickconnect_connector.alerts"} {
		leaving += strings.Replace(token, "vault_kv_secret_v2.notifier", address, 1)
	}
	m.write(leaving)
	m.shows("migrate-leave", m.tf.Plan(2))
	// The warning names the same objects, in another order each time.
	plan, _, _ := strings.Cut(m.outputs["migrate-leave"], "\nWarning: Some objects will no longer be managed")
	m.outputs["migrate-leave"] = plan
	m.tf.Apply()
	served()
	if left := m.tf.Objects(); len(left) != 0 {
		m.t.Errorf("the state still has %d objects", len(left))
	}
	service := tokenIn(m.t, m.sink("notifier"))

	back := m.config("come-back")
	for address, name := range map[string]string{
		"quickconnect_rotation_policy.tokens": "tokens", "quickconnect_connector.alerts": "alerts",
	} {
		back += strings.NewReplacer("quickconnect_scoped_token.notifier", address, `"notifier"`, `"`+name+`"`).
			Replace(m.config("come-back"))
	}
	m.write(config + back)
	m.tf.SavePlan("back.tfplan").Has("Plan: 3 to import, 1 to add, 0 to change, 0 to destroy.")
	m.tf.ApplyPlan("back.tfplan")
	served()
	m.tf.Plan(0).Silent()
	if tokenIn(m.t, m.sink("notifier")) != service {
		m.t.Error("the value has changed on the way")
	}
}

// The guide's commands find what states of other providers have, and print no value.
func TestMigrationFinds(t *testing.T) {
	t.Parallel()
	tf := acctest.NewCLI(t)
	root, err := acctest.Root()
	ok(t, err)
	state, err := os.ReadFile(filepath.Join(root, "internal", "acctest", "testdata", "migrate", "state.json"))
	ok(t, err)
	tf.Write("terraform.tfstate", string(state))
	m := &migration{t: t, tf: tf, guide: read(t, filepath.Join(root, "templates", "guides", migrationGuide))}
	found := m.find().HasNot("canary", "whsec_")
	var lines []string
	for line := range strings.Lines(found.Output) {
		lines = append(lines, strings.TrimSpace(line))
	}
	want := []string{
		"in the state: output.api_token",
		"in the state: github_repository_webhook.orders configuration.0.secret",
		"in the state: random_password.api bcrypt_hash",
		"in the state: random_password.api result",
		"in the state: terraform_data.signing input.value",
		"in the state: vault_kv_secret_v2.api data_json",
		"in the state: module.partner.data.vault_kv_secret_v2.slack data.bot_token",
		"in the state: module.partner.data.vault_kv_secret_v2.slack data_json",
		"depends on time: random_password.api",
		"depends on time: vault_kv_secret_v2.api",
		"Vault, managed: secret/api",
		"Vault, data: secret/slack",
		"webhook: github_repository_webhook.orders",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
