package acctest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// TestApplyUnderALimit: an apply and a plan that send more than the platform lets through wait as long as it asks, and
// succeed. A full environment is an error at once, with what to do.
func TestApplyUnderALimit(t *testing.T) {
	t.Parallel()
	const tokens = 20
	p, tf, token := startProcess(t, "--limit-principal", "4", "--limit-objects", fmt.Sprint(tokens+1))
	config := func(n int) string {
		return strings.Replace(crowdConfig(12), fmt.Sprintf("= %d\n", crowd), fmt.Sprintf("= %d\n", n), 1)
	}
	tf.Config(config(tokens))
	tf.Apply()
	// Somebody else counts: the principal of the apply has sent what it may, and a refused count is none.
	auditor := p.CreateToken(acctest.Tenant, acctest.Environment, api.RoleAuditor)
	if got := len(tokensOf(t, p, auditor)); got != tokens {
		t.Errorf("%d tokens, want %d", got, tokens)
	}
	tf.Plan(0)
	refused := regexp.MustCompile(`quickconnect_limit_exceeded_total\{limit="principal"\} [1-9]`)
	if !refused.Match(p.Read(token, "/metrics")) {
		t.Error("nothing was refused, so this shows nothing")
	}

	tf.Config(config(tokens + 2))
	tf.ApplyFails("-parallelism=1").Has("Limit of the platform reached",
		fmt.Sprintf("has %d scoped tokens", tokens+1), "--limit-objects")
}
