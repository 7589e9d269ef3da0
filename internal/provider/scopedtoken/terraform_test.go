package scopedtoken

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func baseConfig() tftest.Config {
	return tftest.Config{"name": "notifier", "owner": "team-a", "connector_id": "con_1", "scopes": []string{"messages:send"}, "rotation_policy_id": "pol_1"}
}

func newTerraform(t *testing.T, f *fake) *tftest.Terraform {
	t.Helper()
	return newTerraformOn(t, fakes.NewPlatform(t, f.URL, fakes.Identity("staging"), 0))
}

func newTerraformOn(t *testing.T, p *tfkit.Platform) *tftest.Terraform {
	t.Helper()
	return tftest.New(t, fakes.Noun{Platform: p, Resource: NewResource, DataSource: NewDataSource, EphemeralResource: NewEphemeralResource}, tftest.Config{}, typeName)
}

// created is a token of version 1, applied and stable.
func created(t *testing.T, c tftest.Config) (*fake, *tftest.Terraform) {
	t.Helper()
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(c)
	f.Writes()
	return f, tf
}
