package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// A provisioner gets an access token, which is revoked after the run, and whose value is in no state, plan or output.
func TestAccessTokenInAProvisioner(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	file := filepath.Join(t.TempDir(), "value")
	tf.Config(policy("") + notifier("") + `
ephemeral "quickconnect_access_token" "job" {
  scoped_token_id = quickconnect_scoped_token.notifier.id
  ttl             = "5m"
}

resource "terraform_data" "job" {
  provisioner "local-exec" {
    command     = "printf %s \"$TOKEN\" > ` + file + `"
    environment = { TOKEN = ephemeral.quickconnect_access_token.job.access_token }
  }
}
`)
	run := tf.Apply()
	content, err := os.ReadFile(file)
	value := string(content)
	if err != nil || !strings.HasPrefix(value, "qca_") {
		t.Fatalf("the provisioner got no access token: %v", err)
	}
	if p.As(api.RoleAuditor).Introspect(value).Active {
		t.Error("it is accepted after the run")
	}
	tf.Plan(0).HasNot("qca_")
	for name, text := range map[string]string{
		"the output": run.Output, "the state": stateFile(t, tf), "the log": p.Log(),
	} {
		if strings.Contains(text, value) {
			t.Errorf("%s has the value", name)
		}
	}
}
