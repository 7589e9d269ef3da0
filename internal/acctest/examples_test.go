package acctest_test

import (
	"cmp"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

var (
	variableBlock = regexp.MustCompile(`(?s)variable "([a-z_]+)" \{(.*?)\n\}`)
	importLine    = regexp.MustCompile(`(?m)^terraform import (\S+) (\S+)$`)
)

// valuesWithForm has the variables whose values must have a form.
var valuesWithForm = map[string]string{
	"slack_bot_token":   "xoxb-of-the-test",
	"partner_url":       "https://partner.example.com/in/of-the-test",
	"crm_refresh_token": "refresh-token-of-the-test",
	"slack_webhook_url": "https://hooks.slack.com/services/T0123ABCD/B0123ABCD/of-the-test",
}

// ofSecurity are the examples that role security applies: no other role sets the rules of an environment.
var ofSecurity = []string{
	"resources/" + api.EnvironmentPolicies.Terraform, "resources/" + api.GuardrailExemptions.Terraform,
}

// Every file under examples/ is applied, planned again without a difference, imported where it shows an import, and
// destroyed.
func TestExamples(t *testing.T) {
	t.Parallel()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	examples := filepath.Join(root, "examples")
	files := map[string][]string{} // directory → names
	err = filepath.WalkDir(examples, func(path string, entry fs.DirEntry, err error) error {
		other := []string{
			"receivers", "clients", "ci", "module", "environments", "monitoring", "actions",
			"list-resources", "kubernetes", "scanners", "policies", "deploy",
		}
		if err == nil && entry.IsDir() && slices.Contains(other, entry.Name()) {
			// No configurations: see TestReceiverAnswers, TestServiceFetchesCredentials, TestNightlyJob,
			// TestGitHubPipeline, TestKubernetesPod, TestAlertRules, TestScannerRules, TestPoliciesRefuse,
			// TestSystemdUnit and TestKubernetesDeployment.
			// Actions and lists need Terraform 1.14: see TestActionExamples and TestQueryExamples.
			// A module and what calls it have tests of their own: see TestModuleExample and TestEnvironmentsExample.
			return filepath.SkipDir
		}
		// An identity needs Terraform 1.12: see TestImportBlockWithIdentity.
		if err == nil && !entry.IsDir() && entry.Name() != "import-by-identity.tf" {
			files[filepath.Dir(path)] = append(files[filepath.Dir(path)], entry.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d examples found below %s", len(files), examples)
	}
	provider := read(t, filepath.Join(examples, "provider", "provider.tf"))
	for _, dir := range slices.Sorted(maps.Keys(files)) {
		names := files[dir]
		name, err := filepath.Rel(examples, dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			t.Parallel()
			p, tf := acctest.Start(t)
			if strings.HasPrefix(name, "data-sources") {
				makeWhatDataSourcesRead(p)
			}
			if slices.Contains(ofSecurity, filepath.ToSlash(name)) {
				as(p, tf, api.RoleSecurity)
			}
			if strings.HasSuffix(name, "workload-identity") {
				useWorkload(t, p, tf)
			}
			configuration, imports := "", ""
			for _, file := range names {
				content := read(t, filepath.Join(dir, file))
				switch filepath.Ext(file) {
				case ".tf":
					configuration += content
					tf.Write(file, content)
				case ".sh":
					imports += content
				default:
					t.Errorf("%s is neither applied nor imported by this test", file)
				}
			}
			if !strings.Contains(configuration, "required_providers") {
				tf.Write("provider.tf", provider)
			}
			for _, variable := range variableBlock.FindAllStringSubmatch(configuration, -1) {
				if !strings.Contains(variable[2], "default") {
					tf.Var(variable[1], cmp.Or(valuesWithForm[variable[1]], "a value of the test"))
				}
			}
			// An exemption warns in every plan, and changes nothing.
			unchanged := func() { tf.Plan(0).Silent() }
			if name == filepath.Join("resources", api.GuardrailExemptions.Terraform) {
				unchanged = func() { tf.Plan(0).Has("No changes.", "Exemption from the guardrail") }
			}
			tf.Apply()
			unchanged()
			for _, line := range importLine.FindAllStringSubmatch(imports, -1) {
				tf.Run("state", "rm", line[1]).Want(0)
				tf.Import(line[1], line[2])
				unchanged()
			}
			if imports != "" && !importLine.MatchString(imports) {
				t.Error("the import script has no import that this test can follow")
			}
			tf.Destroy()
			if left := tf.Objects(); len(left) > 0 {
				t.Errorf("%d objects are left in the state", len(left))
			}
		})
	}
}

// useWorkload takes the stored token from the CLI, and gives it a JWT.
func useWorkload(t *testing.T, p *acctest.Platform, tf *acctest.CLI) {
	t.Helper()
	workload, file := acctest.NewWorkload(t, "repo:acme/app"), filepath.Join(t.TempDir(), "jwt")
	workload.Identity(p.As(api.RoleDeployer).Client(), "terraform", api.RoleDeployer, "15m")
	workload.WriteJWT(file, p.Clock.Now(), 10*time.Minute)
	tf.Set("QUICKCONNECT_TOKEN", "")
	tf.Set("QUICKCONNECT_IDENTITY_TOKEN_FILE", file)
}

// The examples of data sources read objects that another configuration manages.
func makeWhatDataSourcesRead(p *acctest.Platform) {
	by := p.As(api.RoleDeployer)
	by.Create(api.KindRotationPolicies, api.RotationPolicyCreate{Name: "quarterly", Interval: "90d"}).Want(201)
	by.Create(api.KindConnectors, api.ConnectorCreate{
		Name: "slack", Owner: "messaging@example.com",
		Type: "slack",
	}).Want(201)
	policy, connector := by.RotationPolicy("quarterly").ID, by.Connector("slack").ID
	by.Create(api.KindScopedTokens, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "team-notifier"},
		ConnectorID:   connector, Scopes: []string{"messages:send"}, RotationPolicyID: &policy,
	}).Want(201)
	by.Create(api.KindWebhookEndpoints, api.WebhookEndpointCreate{
		Name: "orders", ConnectorID: connector, URL: new("https://hooks.example.com/orders"),
	}).Want(201)
	by.Create(api.KindSigningSecrets, api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "orders", Owner: "team-orders"},
		EndpointID:    by.WebhookEndpoint("orders").ID, RotationPolicyID: policy,
	}).Want(201)
	by.Create(api.KindWorkloadIdentities, api.WorkloadIdentityCreate{
		Name: "deploy", Owner: "team-a", Role: api.RoleDeployer, Preset: api.PresetGitHubActions, Audience: "quickconnect",
		Claims: map[string]string{"repository_owner_id": "1", "repository_id": "2"},
	}).Want(201)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
