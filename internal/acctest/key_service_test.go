package acctest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

const withoutRepetitions = `
provider "quickconnect" {
  max_retries = 0
}
`

const oneConnector = `
resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
}
`

const oneToken = `
resource "quickconnect_scoped_token" "notifier" {
  name         = "notifier"
  owner        = "team-notifier"
  connector_id = quickconnect_connector.slack.id
  scopes       = ["messages:send"]
  expires_at   = "2099-01-01T00:00:00Z"
}
`

// TestKeyServiceOutage is what a person with Terraform sees while the key-management service is sealed: plans are
// clean, values open, and what needs a new key is refused with the reason. Nothing repeats how the platform logs in
// there.
func TestKeyServiceOutage(t *testing.T) {
	t.Parallel()
	v := transittest.New(t, clock.System())
	jwt, err := v.Role("jwt", "quickconnectd", transittest.TokenOptions{})
	ok(t, err)
	file := filepath.Join(t.TempDir(), "jwt")
	transittest.Write(t, file, jwt)
	p, tf, deployer := startProcess(t, "--kek", v.URI("auth=jwt", "role=quickconnectd", "jwt-file="+file))
	first := withoutRepetitions + oneConnector + oneToken
	tf.Config(first)
	tf.Run("apply", "-auto-approve").Want(0)
	tokens := p.Client(deployer).ScopedTokens()
	id := tokensOf(t, p, deployer)[0]
	before, err := tokens.Reveal(t.Context(), id, 1)
	ok(t, err)

	v.Set(transittest.Sealed)
	tf.Run("plan", "-detailed-exitcode").Want(0)
	if during, err := tokens.Reveal(t.Context(), id, 1); err != nil || !during.Value.Equal(before.Value) {
		t.Errorf("in the outage: %v", err)
	}
	tf.Config(first + strings.ReplaceAll(oneToken, "notifier", "mailer"))
	refused := tf.Run("apply", "-auto-approve").Want(1).
		Has("The value cannot be sealed or opened now", "the key-management service "+v.Host+" is sealed: unseal it")
	ready := string(p.Read(deployer, "/readyz"))

	v.Set(transittest.Active)
	acctest.WaitFor(t, "the service is asked again", func() bool {
		return tf.Run("apply", "-auto-approve").Code == 0
	})
	tf.Run("plan", "-detailed-exitcode").Want(0)
	if n := len(tokensOf(t, p, deployer)); n != 2 {
		t.Errorf("there are %d tokens, want 2: a refused create made something", n)
	}

	canaries := acctest.NewCanaries(t, nil)
	for _, secret := range v.Secrets() {
		canaries.Add("login at the service", secret)
	}
	auditor := p.CreateToken(acctest.Tenant, acctest.Environment, api.RoleAuditor, "--name", "auditor")
	for what, text := range map[string]string{
		"the log": p.Log(), "the diagnostic": refused.Output, "/readyz": ready,
		"the metrics": string(p.Read(deployer, "/metrics")), "the audit": string(p.Read(auditor, "/v1/audit-events")),
	} {
		canaries.Absent(what, []byte(text))
	}
	canaries.AbsentBelow(p.DataDir)
}

// TestKeyringMoveSurvivesKills kills keyring move again and again, out of the machine and back. After each kill the
// keyring opens, and the next move goes on where the one before was.
func TestKeyringMoveSurvivesKills(t *testing.T) {
	t.Parallel()
	kills, values := sized(3, 20), sized(300, 5_000)
	v := transittest.New(t, clock.System())
	m := acctest.NewManyValues(t, "", values, false)
	p := acctest.NewProcess(t, m.DataDir)
	for i, to := range []string{
		v.URI(transittest.TokenFile(t, v.Token(transittest.TokenOptions{Operator: true}))), "file://",
	} {
		number := int64(i + 2)
		left, words := m.Left(number), "keyring move --to "+to
		for kill := range kills {
			killAt(t, command(t, p, m, words), " done", 1)
			now := m.Left(number)
			if now >= left || now == 0 {
				t.Fatalf("to %s: after kill %d, %d values are left, %d before", to, kill+1, now, left)
			}
			left = now
		}
		succeeds(t, command(t, p, m, words))
		m.WantAll(number)
		if list := succeeds(t, command(t, p, m, "keyring list")); strings.Count(list, " retired ") != i+1 {
			t.Errorf("to %s: the older keys are still there: %s", to, list)
		}
	}
	v.Set(transittest.Down)
	m.WantAll(3)
}
