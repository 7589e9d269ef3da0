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
	tokens.Config(crowdOf(planned))
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

// roundTrip is how far away the platform of BenchmarkFarPlatform is.
const roundTrip = 20 * time.Millisecond

// BenchmarkFarPlatform applies and plans over many scoped tokens of a platform that answers 20 ms late, with and
// without a refresh in turns, on both engines. The ratio says what a refresh costs.
func BenchmarkFarPlatform(b *testing.B) {
	engines := []struct {
		name  string
		start func(testing.TB) *acctest.Platform
	}{{"SQLite", acctest.StartPlatform}, {"PostgreSQL", acctest.StartPlatformOnPostgres}}
	for _, engine := range engines {
		for _, n := range []int{planned, 5 * planned} {
			b.Run(fmt.Sprintf("%s, %d tokens", engine.name, n), func(b *testing.B) {
				tf := acctest.NewCLI(b)
				benchFarPlatform(b, engine.start(b), tf, n)
			})
		}
	}
}

func benchFarPlatform(b *testing.B, p *acctest.Platform, tf *acctest.CLI, n int) {
	b.Helper()
	tf.Use(p)
	p.Fail(func(acctest.Request) acctest.Fault { return acctest.Delay(roundTrip, acctest.Pass()) })
	tf.StartPrograms()
	tf.Config(crowdOf(n))
	applied := tf.Apply().Took
	applying := len(p.Requests())
	tf.Plan(0) // presents the claims

	var with, without time.Duration
	requests, rounds := 0, 0
	b.ResetTimer()
	for b.Loop() {
		for range 3 {
			without += tf.Plan(0, "-refresh=false").Took
			p.ForgetRequests()
			with += tf.Plan(0).Took
			requests += len(p.Requests())
			rounds++
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(applied.Seconds(), "s/apply")
	b.ReportMetric(float64(applying), "requests/apply")
	b.ReportMetric(with.Seconds()/float64(rounds), "s/plan")
	b.ReportMetric(without.Seconds()/float64(rounds), "s/plan-without-refresh")
	b.ReportMetric(with.Seconds()/without.Seconds(), "ratio")
	b.ReportMetric(float64(requests)/float64(rounds), "requests/plan")
}
