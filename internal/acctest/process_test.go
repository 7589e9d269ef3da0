package acctest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
)

// crowd is how many tokens an apply makes while the platform is killed: more than fit into the time it takes to notice.
const crowd = 100

// startProcess starts the real program with one environment, and a CLI that is set up for it.
func startProcess(tb testing.TB, flags ...string) (p *acctest.Process, tf *acctest.CLI, token string) {
	tb.Helper()
	tf = acctest.NewCLI(tb)
	p = acctest.StartProcess(tb, flags...)
	token = p.Bootstrap(acctest.Tenant, acctest.Environment)[acctest.Environment]
	tf.Set("QUICKCONNECT_ENDPOINT", p.URL)
	tf.Set("QUICKCONNECT_TENANT", acctest.Tenant)
	tf.Set("QUICKCONNECT_ENVIRONMENT", acctest.Environment)
	tf.Set("QUICKCONNECT_TOKEN", token)
	return p, tf, token
}

func crowdConfig(maxRetries int) string {
	return fmt.Sprintf(`
provider "quickconnect" {
  max_retries = %d
}
resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
}
resource "quickconnect_scoped_token" "many" {
  count        = %d
  name         = "many-${count.index}"
  owner        = "team-notifier"
  connector_id = quickconnect_connector.slack.id
  scopes       = ["messages:send"]
  expires_at   = "2099-01-01T00:00:00Z"
}
`, maxRetries, crowd)
}

// tokensOf asks the program for the ids of its scoped tokens; nil while it does not answer.
func tokensOf(t *testing.T, p *acctest.Process, token string) []string {
	t.Helper()
	tokens, err := p.Client(token).ScopedTokens().List(t.Context(), client.Filter{})
	if err != nil {
		return nil
	}
	var ids []string
	for _, o := range tokens {
		ids = append(ids, o.ID)
	}
	return ids
}

// killInTheMiddle starts an apply of the crowd and kills the platform as soon as it has made some of it.
func killInTheMiddle(t *testing.T, p *acctest.Process, tf *acctest.CLI, token string) *acctest.Running {
	t.Helper()
	apply := tf.Start("apply", "-auto-approve")
	made := 0
	acctest.WaitFor(t, "some tokens are made", func() bool { made = len(tokensOf(t, p, token)); return made >= 5 })
	p.Kill()
	if made == crowd {
		t.Fatal("the apply was over before the platform was killed: the crowd is too small")
	}
	return apply
}

func wantCrowd(t *testing.T, p *acctest.Process, tf *acctest.CLI, token string) {
	t.Helper()
	ids := map[string]bool{}
	for address, id := range stateIDs(t, stateFile(t, tf)) {
		if strings.HasPrefix(address, "quickconnect_scoped_token.") {
			ids[id] = true
		}
	}
	on := tokensOf(t, p, token)
	for _, id := range on {
		if !ids[id] {
			t.Errorf("the platform has %s, the state has not", id)
		}
	}
	if len(ids) != crowd || len(on) != crowd {
		t.Errorf("%d tokens in the state and %d on the platform, want %d", len(ids), len(on), crowd)
	}
}

// The platform is killed in the middle of an apply and comes back within the retries: the apply does not notice.
func TestPlatformKilledAndBack(t *testing.T) {
	t.Parallel()
	p, tf, token := startProcess(t)
	tf.Config(crowdConfig(6))
	apply := killInTheMiddle(t, p, tf, token)
	p.Restart()
	apply.Wait().Want(0)
	wantCrowd(t, p, tf, token)
	tf.Plan(0).Silent()
}

// The platform is killed in the middle of an apply and stays away until that has failed: the next apply makes the rest.
// It adopts what was made without an answer, if anything.
func TestPlatformKilledAndAway(t *testing.T) {
	t.Parallel()
	p, tf, token := startProcess(t)
	tf.Config(crowdConfig(1))
	killInTheMiddle(t, p, tf, token).Wait().Want(1).Has("The platform gave no answer", "apply again")
	p.Restart()
	tf.Apply()
	wantCrowd(t, p, tf, token)
	tf.Plan(0).Silent()
	p.Stop()
}
