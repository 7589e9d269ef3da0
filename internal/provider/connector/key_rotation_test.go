package connector_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// TestRotatedComparisonKeySendsNothingAgain: after a rotation of the comparison key, a plan over the same credentials
// is clean, in a run that began before it too, and an apply sends none. New credentials get a digest under the new key.
func TestRotatedComparisonKeySendsNothingAgain(t *testing.T) {
	s := created(t, configured("one"))
	s.RotateComparisonKeys()
	for name, tf := range map[string]*tftest.Terraform{"a run that began before": s.tf, "a later run": s.later(s.tf)} {
		if p := tf.Plan(configured("one")); p.Changes || p.Diags.Warnings() != "" {
			t.Errorf("%s, the same value: changes %v: %s", name, p.Changes, p.Diags.Warnings())
		}
		tf.Run(configured("one"))
		wantWarning(t, tf.Plan(configured("two")), "configured credentials changed")
	}
	for _, r := range s.Requests() {
		if r.Method == http.MethodPatch {
			t.Errorf("the credentials were sent again: %s %s", r.Method, r.Path)
		}
	}
	if c := s.object(); *c.Version != 1 || !strings.HasPrefix(*c.CredentialsDigest, "k1:") {
		t.Errorf("%+v", c)
	}
	s.tf.Run(configured("two")) // it knows the older key alone
	if c := s.object(); *c.Version != 2 || !strings.HasPrefix(*c.CredentialsDigest, "k2:") {
		t.Errorf("new credentials: %+v", c)
	}
	if p := s.later(s.tf).Plan(configured("two")); p.Changes || p.Diags.Warnings() != "" {
		t.Errorf("after new credentials: changes %v: %s", p.Changes, p.Diags.Warnings())
	}
}

// later is a Terraform that begins now, over the state of another one.
func (s *scene) later(than *tftest.Terraform) *tftest.Terraform {
	s.t.Helper()
	tf := s.Terraform(api.Connectors.Terraform)
	tf.State, tf.Private = than.State, than.Private
	return tf
}
