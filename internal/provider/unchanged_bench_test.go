package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// BenchmarkRefresh reads 300 tokens that nobody has changed, by the framework alone and by our server, in turns. The
// platform in the same process serves both with the same requests: the walk through the list, and four single reads.
func BenchmarkRefresh(b *testing.B) {
	b.Setenv("TF_LOG_SDK", "OFF") // as the provider's program does
	c := newCrowd(b, 300)
	c.tokens, _ = c.refresh(c.tokens)
	p := provider.New("test")()
	ours, schemas := tftest.Serve(b, p)
	framework := providerserver.NewProtocol6(p)()
	config := tftest.Config{
		"endpoint": c.URL, "tenant": acctest.Tenant, "environment": acctest.Environment,
		"token": c.Token(api.RoleDeployer), "max_retries": 0,
	}
	tftest.Must(b, tftest.Configure(b, framework, schemas, config))
	tftest.Must(b, tftest.Configure(b, ours, schemas, config))

	read := func(server tfprotov6.ProviderServer) time.Duration {
		begin := clock.System().Now()
		for _, k := range c.tokens {
			r, err := server.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: api.ScopedTokens.Terraform, CurrentState: k.state, Private: k.private,
			})
			if err != nil || len(r.Diagnostics) > 0 {
				b.Fatal(err, tftest.Diags(r.Diagnostics).Errors())
			}
		}
		return clock.System().Now().Sub(begin)
	}
	var slow, fast time.Duration
	for b.Loop() {
		slow += read(framework)
		fast += read(ours)
	}
	reads := float64(b.N * len(c.tokens))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(slow.Nanoseconds())/reads, "ns/read-framework")
	b.ReportMetric(float64(fast.Nanoseconds())/reads, "ns/read")
	b.ReportMetric(fast.Seconds()/slow.Seconds(), "ratio")
}
