package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// Every example of an action is planned. What it takes from other objects is unknown, as before they are created.
func TestActionExamples(t *testing.T) {
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "examples", "actions", "*", "action.tf"))
	if err != nil || len(files) != 5 {
		t.Fatalf("found %d examples of actions, want 5: %v", len(files), err)
	}
	tf := acctest.StartFixture(t).Terraform(api.ScopedTokens.Terraform)
	for _, file := range files {
		name, config := actionIn(t, file)
		if want := filepath.Base(filepath.Dir(file)); name != want {
			t.Errorf("%s shows the action %s", file, name)
		}
		tftest.Must(t, tf.PlanAction(name, config))
	}
}

// actionIn returns the type and the configuration of the action in a file.
func actionIn(t *testing.T, file string) (string, tftest.Config) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, diags := hclsyntax.ParseConfig(content, file, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("%s: the body is a %T", file, parsed.Body)
	}
	for _, block := range body.Blocks {
		if block.Type != "action" || len(block.Body.Blocks) != 1 {
			continue
		}
		config := tftest.Config{}
		for name, attribute := range block.Body.Blocks[0].Body.Attributes {
			config[name] = tftest.Unknown
			if value, diags := attribute.Expr.Value(nil); !diags.HasErrors() && value.Type() == cty.String {
				config[name] = value.AsString()
			}
		}
		return block.Labels[0], config
	}
	t.Fatalf("%s has no action", file)
	return "", nil
}
