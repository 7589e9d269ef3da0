package connector_test

import (
	"strconv"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// scene is a platform and the Terraform of the connector "mail".
type scene struct {
	*acctest.Platform
	*acctest.Credential
	t  *testing.T
	tf *tftest.Terraform
}

func start(t *testing.T) *scene {
	t.Helper()
	t.Parallel()
	p := acctest.StartFixture(t)
	return &scene{p, p.Credential(api.Connectors, "mail"), t, p.Terraform(api.Connectors.Terraform)}
}

// created starts with the connector applied.
func created(t *testing.T, c tftest.Config) *scene {
	t.Helper()
	s := start(t)
	s.tf.Run(c)
	s.ForgetRequests()
	return s
}

// set has somebody else replace the credentials.
func (s *scene) set(value string) {
	s.t.Helper()
	s.Patch(map[string]any{"credentials": credentials(value)})
}

func (s *scene) object() api.Connector {
	s.t.Helper()
	return s.As(api.RoleDeployer).Connector("mail")
}

// sent returns how many requests carried credentials since the last call or ForgetRequests.
func (s *scene) sent() int {
	s.t.Helper()
	n := 0
	for _, r := range s.Writes() {
		if _, ok := r.Fields()["credentials"]; ok {
			n++
		}
	}
	return n
}

func credentials(value string) map[string]any { return map[string]any{"api_key": value} }

func base() tftest.Config {
	return tftest.Config{"name": "mail", "owner": "team-a", "type": "custom"}
}

// configured has these credentials, without a number.
func configured(value string) tftest.Config { return base().With("credentials_wo", credentials(value)) }

func text(n int) string { return strconv.Itoa(n) }
