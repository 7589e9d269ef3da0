package acctest_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

const migrationGuide = "migrate.md"

// The guide's configurations are applied in the order of its steps, its outputs are what Terraform prints, and a
// consumer is served between every two steps and after every request of an apply.
func TestGuideOfMigrations(t *testing.T) {
	t.Parallel()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	guide := filepath.Join(root, "templates", "guides", migrationGuide)
	var mu sync.Mutex
	outputs := map[string]string{}
	t.Run("from", func(t *testing.T) {
		for name, walk := range map[string]func(*migration){
			"state": (*migration).fromState, "kept": (*migration).fromKept, "time": (*migration).fromTime,
			"vault": (*migration).fromVault, "webhook": (*migration).fromWebhook,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p, tf := acctest.Start(t)
				m := &migration{t, p, tf, read(t, guide), t.TempDir(), map[string]*acctest.Sink{}, map[string]string{}}
				walk(m)
				mu.Lock()
				defer mu.Unlock()
				maps.Copy(outputs, m.outputs)
			})
		}
	})
	if t.Failed() || !acctest.NewCLI(t).Run("version").Want(0).Contains("Terraform v1.11.") {
		return // other programs and versions word the outputs differently
	}
	compareShown(t, []string{guide}, outputs)
}

// migration is one section of the guide.
type migration struct {
	t     *testing.T
	p     *acctest.Platform
	tf    *acctest.CLI
	guide string
	// dir has what persons write into Vault, one file for each path. What Terraform writes there is in the sinks.
	dir     string
	sinks   map[string]*acctest.Sink
	outputs map[string]string
}

// block returns a block of the guide: the text in the fence below the comment that names it.
func (m *migration) block(comment string) string {
	m.t.Helper()
	found := regexp.MustCompile("(?ms)^( *)<!-- " + comment + " -->\n\n *```[a-z]+\n(.*?)^ *```\n").
		FindStringSubmatch(m.guide)
	if found == nil {
		m.t.Fatalf("the guide has no block %q", comment)
	}
	return strings.ReplaceAll("\n"+found[2], "\n"+found[1], "\n")
}

// config returns blocks of the guide as one configuration.
func (m *migration) config(names ...string) string {
	m.t.Helper()
	var all strings.Builder
	for _, name := range names {
		all.WriteString(m.block("config: " + name))
	}
	return all.String()
}

// without returns a configuration without the blocks that begin like this.
func (m *migration) without(config string, headers ...string) string {
	m.t.Helper()
	for _, header := range headers {
		before, block, found := strings.Cut(config, "\n"+header+" {\n")
		_, after, closed := strings.Cut(block, "\n}\n")
		if !found || !closed {
			m.t.Fatalf("the configuration has no %s:\n%s", header, config)
		}
		config = before + "\n" + after
	}
	return config
}

var (
	vaultRead = regexp.MustCompile(
		`ephemeral "vault_kv_secret_v2" "([a-z]+)" \{\n  mount = "secret"\n  name  = "([a-z]+)"\n\}`)
	vaultPath = regexp.MustCompile(`mount += "secret"\n  name +( = "[a-z]+")`)
)

// write makes this the configuration. What is not there in tests is replaced by what stands for it: Vault by the sink,
// whose value is in the state where data_json is, and the providers random and time by terraform_data. Ours stays.
func (m *migration) write(config string) {
	m.t.Helper()
	config = vaultRead.ReplaceAllString(config,
		fmt.Sprintf("ephemeral \"sink_generated\" \"$1\" {\n  fixed = file(\"%s/$2\")\n}", m.dir))
	config = vaultPath.ReplaceAllStringFunc(config, func(block string) string {
		name := strings.Split(block, `"`)[3]
		return fmt.Sprintf("path = %q", m.sink(name).Path)
	})
	m.tf.Config(strings.NewReplacer(
		`ephemeral.vault_kv_secret_v2.slack.data.bot_token`, `ephemeral.sink_generated.slack.value`,
		`vault_kv_secret_v2`, `sink_secret`,
		`data_json_wo`, `value_wo`,
		`data_json`, `value`,
		"resource \"random_password\" \"notifier\" {\n  length  = 40\n  special = false\n",
		"resource \"terraform_data\" \"notifier\" {\n  input = uuid()\n  lifecycle {\n    ignore_changes = [input]\n  }\n",
		`random_password.notifier.result`, `terraform_data.notifier.output`,
		"resource \"time_rotating\" \"quarter\" {\n  rotation_days = 90\n", "variable \"quarter\" {\n  type = string\n",
		`resource "time_static"`, `resource "terraform_data"`,
		`  rfc3339 = time_rotating.quarter.rfc3339`, "  input = var.quarter\n  triggers_replace = var.quarter",
		`time_static.quarter.rfc3339`, `terraform_data.quarter.output`,
		`time_static.quarter`, `terraform_data.quarter`,
	).Replace(config))
}

// sink is the path of this name in Vault, as Terraform writes it.
func (m *migration) sink(name string) *acctest.Sink {
	m.t.Helper()
	if m.sinks[name] == nil {
		m.sinks[name] = acctest.NewSink(m.t)
	}
	return m.sinks[name]
}

// shows keeps an output for the guide.
func (m *migration) shows(name string, run *acctest.Run) *acctest.Run {
	out := printed(run)
	for sink, s := range m.sinks {
		out = strings.ReplaceAll(out, s.Path, "/vault/secret/"+sink)
	}
	m.outputs[name] = out
	return run
}

// find runs the guide's commands that look for what is to be migrated.
func (m *migration) find() *acctest.Run {
	m.t.Helper()
	acctest.NeedsPrograms(m.t, "jq", "bash")
	m.tf.Write("find.sh", "terraform() { \"$TERRAFORM\" \"$@\"; }\n"+m.block("run: migrate-find"))
	return m.tf.Script("find.sh").Want(0)
}
