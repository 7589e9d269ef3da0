package acctest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const leakedAt = "https://github.com/example/app/blob/main/.env"

// A report says that the value of a token is in a repository. The plan warns and changes nothing. Once the policy of
// the environment says so, the next report ends the value, and the plan shows the step that makes another one.
func TestLeakReport(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	scanner := p.TakesLeaks()
	s := acctest.NewSink(t)
	tf.Config(policy(withoutAcknowledgement) + notifier("") + handover(s))
	tf.Apply()
	_, value := s.Last()
	of := p.Credential(api.ScopedTokens, "notifier")
	active := func(want bool) {
		t.Helper()
		if got := p.As(api.RoleRuntime).Introspect(value).Active; got != want {
			t.Errorf("active %t, want %t", got, want)
		}
	}
	if scanner.Report("qct_"+value[len("qct_"):len(value)-1]+"x", leakedAt) {
		t.Error("the report of what is no value of the platform is a true positive")
	}
	tf.Plan(0).Silent()
	if !scanner.Report(value, leakedAt) {
		t.Error("the report of a value is a false positive")
	}
	tf.Plan(0).Has("Warning", `Scoped token "notifier" has the finding leaked`, leakedAt,
		"quickconnect findings --object "+of.ID(), "quickconnect findings close fin_", "No changes").HasNot("revoked")
	active(true)
	tf.Apply().Has("has the finding leaked", "0 changed")

	revokes := map[string]any{"on_finding": map[string]string{"leaked": "revoke"}}
	p.As(api.RoleSecurity).Create("environment-policies", revokes).Want(http.StatusCreated)
	found := p.As(api.RoleDeployer).ScopedToken("notifier").Findings
	if len(found) != 1 {
		t.Fatalf("findings: %+v", found)
	}
	p.As(api.RoleSecurity).Do("POST", "/v1/findings/"+found[0].ID+"/close", map[string]string{"reason": "a test"}).
		Want(http.StatusOK)
	tf.Plan(0).Silent()
	p.Clock.Advance(time.Minute)
	scanner.Report(value, leakedAt)
	active(false)
	tf.Plan(2).Has("has the finding leaked", "revoked at once", "phase", `"revoked"`)
	tf.Apply()
	wantDelivered(t, p, s, 2, 2)
	active(false)
	p.Clock.Advance(6 * time.Minute) // the platform looks at it again, and the leaked version has ended
	p.Sweep()
	tf.Plan(0).Silent()
}
