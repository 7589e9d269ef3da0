package acctest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// planned is how many objects each plan of the benchmark is about.
const planned = 1000

// BenchmarkPlan plans over 1,000 scoped tokens of the real platform, a process with its database, and over 1,000
// terraform_data, which cost what any object costs the CLI, in turns. The ratio says how much a plan pays for asking
// the platform.
func BenchmarkPlan(b *testing.B) {
	_, tokens, _ := startProcess(b)
	tokens.StartPrograms()
	tokens.Config(fmt.Sprintf(`
resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
}
resource "quickconnect_rotation_policy" "quarterly" {
  name     = "quarterly"
  interval = "90d"
}
resource "quickconnect_scoped_token" "many" {
  count              = %d
  name               = "many-${count.index}"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}
`, planned))
	data := acctest.NewCLI(b)
	data.Write("main.tf", fmt.Sprintf(`
resource "terraform_data" "many" {
  count = %d
  input = "many-${count.index}"
}
`, planned))
	tokens.Apply()
	data.Apply()

	var ofTokens, ofData time.Duration
	b.ResetTimer()
	rounds := 0
	for b.Loop() {
		for range 3 {
			ofData += data.Plan(0).Took
			ofTokens += tokens.Plan(0).Took
			rounds++
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ofTokens.Seconds()/float64(rounds), "s/plan-of-tokens")
	b.ReportMetric(ofData.Seconds()/float64(rounds), "s/plan-of-data")
	b.ReportMetric(ofTokens.Seconds()/ofData.Seconds(), "ratio")
}
