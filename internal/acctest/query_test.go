package acctest_test

import (
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// configure is the provider block of a query, whose values come from the environment.
const configure = "provider \"quickconnect\" {}\n"

const onePolicy = configure + `
resource "quickconnect_rotation_policy" "p" {
  name     = "p"
  interval = "90d"
}
`

// terraform query finds what exists, with its identity. A CLI before 1.14 has no queries: the tests of package provider
// do the same over the protocol.
func TestQuery(t *testing.T) {
	t.Parallel()
	acctest.NeedsTerraform(t, "has no queries")
	p := acctest.StartPlatform(t)
	made := configure + `
resource "quickconnect_rotation_policy" "found" {
  count    = 3
  name     = "found-${count.index}"
  interval = "90d"
}
`
	query := configure + `
list "quickconnect_rotation_policy" "found" {
  provider         = quickconnect
  include_resource = true
  config {
    name_prefix = "found-"
  }
}

list "quickconnect_rotation_policy" "limited" {
  provider = quickconnect
  limit    = 2
}
`
	stepsFrom(t, p, tfversion.SkipBelow(tfversion.Version1_14_0), resource.TestStep{Config: made}, resource.TestStep{
		Query: true, Config: query, QueryResultChecks: []querycheck.QueryResultCheck{
			querycheck.ExpectLength("quickconnect_rotation_policy.found", 3),
			querycheck.ExpectLength("quickconnect_rotation_policy.limited", 2),
			querycheck.ExpectIdentity("quickconnect_rotation_policy.found", map[string]knownvalue.Check{
				"id": knownvalue.NotNull(), "tenant": knownvalue.StringExact(acctest.Tenant),
				"environment": knownvalue.StringExact(acctest.Environment),
			}),
		},
	})
}

// Every example of a list resource is a query that Terraform runs.
func TestQueryExamples(t *testing.T) {
	t.Parallel()
	acctest.NeedsTerraform(t, "has no queries")
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "examples", "list-resources", "*", "list-resource.tfquery.hcl"))
	if err != nil || len(files) != len(api.Kinds()) {
		t.Fatalf("%d examples of list resources, want one of each kind: %v", len(files), err)
	}
	all := []resource.TestStep{{Config: onePolicy}}
	for _, file := range files {
		all = append(all, resource.TestStep{Query: true, Config: configure + read(t, file)})
	}
	stepsFrom(t, acctest.StartPlatform(t), tfversion.SkipBelow(tfversion.Version1_14_0), all...)
}

// An import block with an identity plans no change.
func TestImportBlockWithIdentity(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	stepsFrom(t, p, tfversion.SkipBelow(tfversion.Version1_12_0), resource.TestStep{Config: onePolicy}, resource.TestStep{
		ResourceName: "quickconnect_rotation_policy.p", ImportState: true,
		ImportStateKind: resource.ImportBlockWithResourceIdentity,
	})
}
