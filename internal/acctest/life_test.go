package acctest_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider"
)

// The tests of this file are steps of terraform-plugin-testing. A step with a configuration starts the CLI eight times
// or more: it plans, applies, and plans again with and without a refresh, which must find nothing to do.

// steps runs the steps against a platform, as deployer.
func steps(t *testing.T, p *acctest.Platform, all ...resource.TestStep) {
	t.Helper()
	stepsFrom(t, p, nil, all...)
}

// stepsFrom is steps with a CLI that a check accepts; nil accepts every one.
func stepsFrom(t *testing.T, p *acctest.Platform, version tfversion.TerraformVersionCheck, all ...resource.TestStep) {
	t.Helper()
	var versions []tfversion.TerraformVersionCheck
	if version != nil {
		versions = append(versions, version)
	}
	env := map[string]string{
		"QUICKCONNECT_ENDPOINT": p.URL, "QUICKCONNECT_TENANT": acctest.Tenant,
		"QUICKCONNECT_ENVIRONMENT": acctest.Environment,
		"QUICKCONNECT_TOKEN":       p.Token(api.RoleDeployer),
	}
	ours := provider.NewIn(func(name string) string { return env[name] }, "test")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"quickconnect": func() (tfprotov6.ProviderServer, error) { return providerserver.NewProtocol6(ours())(), nil },
			"echo":         echoprovider.NewProviderServer(),
		},
		TerraformVersionChecks: versions,
		Steps:                  all,
	})
}

// One object of every kind is created, imported, changed in place, and destroyed.
func TestLifeOfEveryKind(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	hcl := quintet(p)
	var created, changed []plancheck.PlanCheck
	var kept []statecheck.StateCheck
	imports := []resource.TestStep{}
	same := map[string]*compareID{}
	for _, kind := range quintetKinds {
		address := typeOf(kind) + ".quintet"
		created = append(created, plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate))
		changed = append(changed, plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate))
		same[address] = &compareID{statecheck.CompareValue(compare.ValuesSame())}
		kept = append(kept,
			statecheck.ExpectKnownValue(address, tfjsonpath.New("description"), knownvalue.StringExact("second")),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("tenant"), knownvalue.StringExact(acctest.Tenant)),
			same[address].of(address))
		imports = append(imports, resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateId: "quintet", ImportStateVerify: true,
		})
	}
	var first []statecheck.StateCheck
	for address, id := range same {
		first = append(first, id.of(address))
	}
	all := append([]resource.TestStep{{
		Config: hcl, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: created}, ConfigStateChecks: first,
	}}, imports...)
	steps(t, p, append(all, resource.TestStep{
		Config: hcl, ConfigVariables: config.Variables{"description": config.StringVariable("second")},
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: changed}, ConfigStateChecks: kept,
	})...)
	wantCounts(t, p, 0)
}

// compareID compares the id of an object over the steps.
type compareID struct {
	comparison interface {
		AddStateValue(address string, path tfjsonpath.Path) statecheck.StateCheck
	}
}

func (c *compareID) of(address string) statecheck.StateCheck {
	return c.comparison.AddStateValue(address, tfjsonpath.New("id"))
}

// A rotation that falls due is an update in place whose version number the plan knows. What the platform decides is
// unknown.
func TestDueRotationInThePlan(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	hcl := policy("") + notifier("")
	rotation := func(name string) tfjsonpath.Path { return tfjsonpath.New("rotation").AtMapKey(name) }
	steps(t, p,
		resource.TestStep{
			Config: hcl,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectUnknownValue(token, tfjsonpath.New("version")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(token, tfjsonpath.New("version"), knownvalue.Int64Exact(1)),
				statecheck.ExpectKnownValue(token, rotation("phase"), knownvalue.StringExact(api.PhaseStable)),
			},
		},
		resource.TestStep{
			PreConfig: func() { p.Clock.Advance(30 * day) },
			Config:    hcl,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(token, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(token, tfjsonpath.New("version"), knownvalue.Int64Exact(2)),
				plancheck.ExpectKnownValue(token, rotation("next_version"), knownvalue.Int64Exact(3)),
				plancheck.ExpectUnknownValue(token, rotation("pending_expires_at")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(token, rotation("phase"), knownvalue.StringExact(api.PhaseStaged)),
				statecheck.ExpectKnownValue(token, rotation("pending_version"), knownvalue.Int64Exact(2)),
			},
		},
	)
}

// The ephemeral resources give the values of the versions that the state names.
func TestEphemeralValues(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	echoed := func(name string) tfjsonpath.Path { return tfjsonpath.New("data").AtMapKey(name) }
	steps(t, p, resource.TestStep{
		Config: quintet(p) + `
ephemeral "quickconnect_scoped_token" "quintet" {
  id = quickconnect_scoped_token.quintet.id
}
ephemeral "quickconnect_webhook_signing_secret" "quintet" {
  id = quickconnect_webhook_signing_secret.quintet.id
}
provider "echo" {
  data = {
    token   = ephemeral.quickconnect_scoped_token.quintet.value
    version = ephemeral.quickconnect_scoped_token.quintet.version
    secret  = ephemeral.quickconnect_webhook_signing_secret.quintet.value
    other   = ephemeral.quickconnect_webhook_signing_secret.quintet.other_value
  }
}
resource "echo" "values" {}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("echo.values", echoed("token"),
				knownvalue.StringRegexp(regexp.MustCompile(`^qct_[0-9A-Za-z]{36}$`))),
			statecheck.ExpectKnownValue("echo.values", echoed("version"), knownvalue.Int64Exact(1)),
			statecheck.ExpectKnownValue("echo.values", echoed("secret"), knownvalue.StringRegexp(regexp.MustCompile(`^whsec_`))),
			statecheck.ExpectKnownValue("echo.values", echoed("other"), knownvalue.Null()),
		},
	})
}
