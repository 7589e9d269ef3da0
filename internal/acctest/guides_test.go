package acctest_test

import (
	"flag"
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

var updateGuides = flag.Bool("update", false, "write what Terraform really prints into README.md and templates/guides")

// shown is a block of a document: a comment that names the output, and the output in a fence. In a list it is indented.
var shown = regexp.MustCompile("(?ms)^( *)<!-- output: ([a-z-]+) -->\n\n *```text\n(.*?) *```\n")

// What the documents show of Terraform's output is what it prints: the quickstart's token and the signing secret of the
// webhooks example, from their creation to their promotion, and a token that breaks a rule of its environment.
func TestGuidesShowRealOutput(t *testing.T) {
	t.Parallel()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	if version := acctest.NewCLI(t).Run("version").Want(0); !version.Contains("Terraform v1.11.") {
		t.Skip("the documents show what Terraform 1.11 prints; other programs and versions word it differently")
	}
	outputs := quickstartOutputs(t, root)
	maps.Copy(outputs, webhookOutputs(t, root))
	maps.Copy(outputs, guardrailOutputs(t))
	maps.Copy(outputs, inventoryOutputs(t, root))

	documents, err := filepath.Glob(filepath.Join(root, "templates", "guides", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	// TestGuideOfMigrations makes what that guide shows.
	documents = slices.DeleteFunc(documents, func(path string) bool { return filepath.Base(path) == migrationGuide })
	compareShown(t, append(documents, filepath.Join(root, "README.md")), outputs)
}

// compareShown fails the test unless the documents show these outputs and no others.
func compareShown(t *testing.T, documents []string, outputs map[string]string) {
	t.Helper()
	blocks := 0
	for _, document := range documents {
		text := read(t, document)
		fresh := shown.ReplaceAllStringFunc(text, func(block string) string {
			blocks++
			found := shown.FindStringSubmatch(block)
			indent, name := found[1], found[2]
			if outputs[name] == "" {
				t.Errorf("%s wants to show %q, which this test does not make", document, name)
			}
			return indented("<!-- output: "+name+" -->\n\n```text\n"+outputs[name]+"```\n", indent)
		})
		if fresh == text {
			continue
		}
		if !*updateGuides {
			t.Errorf("%s shows what Terraform does not print; write it anew with: "+
				"TF_ACC=1 go test ./internal/acctest -run %s -update, and make generate\n%s",
				document, t.Name(), fresh)
			continue
		}
		if err := os.WriteFile(document, []byte(fresh), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if blocks < len(outputs) {
		t.Errorf("the documents show only %d outputs", blocks)
	}
}

// indented puts the indentation of a list before every line that is not empty.
func indented(text, indent string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			out.WriteString(indent)
		}
		out.WriteString(line)
	}
	return out.String()
}

func quickstartOutputs(t *testing.T, root string) map[string]string {
	t.Helper()
	p, tf := acctest.Start(t)
	tf.CopyExample(filepath.Join(root, "examples", "quickstart"))
	tf.Var("slack_bot_token", "xoxb-of-the-test")
	outputs := map[string]string{}
	tf.Apply()
	p.Clock.Advance(90 * day)
	outputs["begin"] = printed(tf.Plan(2))
	tf.Apply()
	outputs["awaiting"] = printed(tf.Plan(0))
	p.As(api.RoleRuntime).Introspect(p.As(api.RoleDeployer).Reveal("notifier", 2))
	outputs["promote"] = printed(tf.Plan(2))
	tf.Set("QUICKCONNECT_TOKEN", p.NewToken("production", api.RoleDeployer, 0))
	outputs["wrong-environment"] = printed(tf.Plan(1))
	return outputs
}

func webhookOutputs(t *testing.T, root string) map[string]string {
	t.Helper()
	p, tf := acctest.Start(t)
	tf.CopyExample(filepath.Join(root, "examples", "webhooks"))
	h := acctest.StartHook(t, p.Clock)
	tf.Var("url", h.URL)
	outputs := map[string]string{}
	tf.Apply()
	version := func(n int64) string { return p.As(api.RoleDeployer).RevealOf(api.KindSigningSecrets, "orders", n) }
	h.Know(version(1))
	p.Clock.Advance(90 * day)
	tf.Apply()
	p.Probe()
	outputs["webhook-awaiting"] = printed(tf.Plan(0))
	h.Know(version(1), version(2))
	p.Clock.Advance(time.Minute)
	p.Probe()
	outputs["webhook-promote"] = printed(tf.Plan(2))
	tf.Apply()
	p.Clock.Advance(day)
	outputs["webhook-retired"] = printed(tf.Plan(2))
	return outputs
}

var (
	objectID = regexp.MustCompile(`\b(con|exm|pol|sec|tok|wep)_[0-9A-Z]{26}`)
	uuid     = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	progress = regexp.MustCompile(
		`(?m)^\S+: (Refreshing state|Opening|Opening complete|Closing|Closing complete|Still opening).*\n`)
	lineDraw = regexp.MustCompile(`(?s)\n─+\n.*`)
)

// printed is a command's output without what differs from run to run and without what Terraform says in every plan.
func printed(r *acctest.Run) string {
	out := progress.ReplaceAllString(r.Output, "")
	if _, actions, found := strings.Cut(out, "perform the following actions:\n"); found {
		out = actions
	}
	out = lineDraw.ReplaceAllString(out, "")
	out = objectID.ReplaceAllString(out, "${1}_01K0V3Z4M5N6P7Q8R9S0T1V2W3")
	out = uuid.ReplaceAllString(out, "00000000-0000-4000-8000-000000000000")
	var lines []string
	for line := range strings.Lines(out) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}
