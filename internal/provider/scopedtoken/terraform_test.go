package scopedtoken

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func baseConfig() core.Config {
	return core.Config{
		"name":               "notifier",
		"owner":              "team-a",
		"connector_id":       "con_1",
		"scopes":             []string{"messages:send"},
		"rotation_policy_id": "pol_1",
	}
}

func newTerraform(t *testing.T, f *fake) *core.Terraform {
	t.Helper()
	return newTerraformOn(t, fakes.NewPlatform(t, f.URL, fakes.Identity("staging"), 0))
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *core.Terraform {
	t.Helper()
	return core.New(
		t,
		fakes.Noun{
			Platform:          p,
			Resource:          NewResource,
			DataSource:        NewDataSource,
			EphemeralResource: NewEphemeralResource,
		},
		core.Config{},
		kind.Terraform,
	)
}

// created is a token of version 1, applied and stable.
func created(t *testing.T, c core.Config) (*fake, *core.Terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(c)
	f.Writes()
	return f, tf
}
