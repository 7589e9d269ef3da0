package provider_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// identityHere is the identity of an object of staging.
func identityHere(id string) map[string]string {
	return map[string]string{"id": id, "tenant": acctest.Tenant, "environment": acctest.Environment}
}

// Every read sets the identity: of an object that is found, gone, refused, or of another environment. A state of an
// older Terraform, or of an older version of the provider, has none before.
func TestEveryReadSetsTheIdentity(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config)
		id := s.tf.Get(s.tf.State, "id")
		elsewhere := s.Terraform(k.Terraform, s.InProduction)
		forbidden := func(acctest.Request) acctest.Fault {
			return acctest.AnswerWith(api.Problem{Code: api.CodeForbidden, Status: http.StatusForbidden})
		}
		for _, without := range []bool{false, true} {
			for _, identity := range []*tfprotov6.ResourceIdentityData{s.tf.Identity, nil} {
				state, private := s.tf.State, s.tf.Private
				read := func(what string, tf *tftest.Terraform, refused bool) {
					s.t.Helper()
					tf.State, tf.Private, tf.Identity, tf.WithoutIdentities = state, private, identity, without
					if errs := tf.Refresh().Errors(); (errs != "") != refused {
						s.t.Errorf("%s: the errors are %q", what, errs)
					}
					if got := tf.IdentityRead(); !maps.Equal(got, identityHere(id)) {
						s.t.Errorf("%s: the identity is %v", what, got)
					}
				}
				read("found", s.tf, false)
				s.Fail(forbidden)
				read("refused", s.tf, true)
				s.Fail(nil)
				read("of another environment", elsewhere, true)
				s.tf.State, s.tf.Private = state, private
			}
		}
		state, private, identity := s.tf.State, s.tf.Private, s.tf.Identity
		s.credential.Delete()
		for _, without := range []bool{false, true} {
			s.tf.State, s.tf.Private, s.tf.Identity, s.tf.WithoutIdentities = state, private, identity, without
			tftest.Must(s.t, s.tf.Refresh())
			if got := s.tf.IdentityRead(); !s.tf.State.IsNull() || !maps.Equal(got, identityHere(id)) {
				s.t.Errorf("gone: the identity is %v, the state %s", got, s.tf.State)
			}
		}
	})
}

// A provider whose token is not known yet reads nothing, and the identity comes from the state.
func TestUnconfiguredReadSetsTheIdentity(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config)
		waiting := s.Terraform(k.Terraform, acctest.TokenUnknown)
		waiting.State, waiting.Private = s.tf.State, s.tf.Private
		for range 2 { // the first read of a run says so with an error, the others without
			waiting.Refresh()
			if got := waiting.IdentityRead(); !maps.Equal(got, identityHere(s.tf.Get(s.tf.State, "id"))) {
				s.t.Errorf("the identity is %v", got)
			}
		}
	})
}

// A state that an older version of the provider wrote has no identity. The first plan is silent and brings one, and
// an edit keeps it. A refresh after a rename shows that a name is no part of it.
func TestStateWithoutAnIdentity(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config)
		id := s.tf.Get(s.tf.State, "id")
		if got := s.tf.IdentityIn(s.tf.Identity); !maps.Equal(got, identityHere(id)) {
			s.t.Errorf("a create sets the identity %v", got)
		}
		s.tf.Identity = nil
		tftest.Silent(s.t, s.tf, k.config)
		if got := s.tf.IdentityIn(s.tf.Identity); !maps.Equal(got, identityHere(id)) {
			s.t.Errorf("the first plan brings the identity %v", got)
		}
		s.tf.Identity = nil
		s.tf.Keep(s.tf.PlanOnly(k.config.With("name", "renamed")), nil)
		if got := s.tf.IdentityIn(s.tf.Identity); !maps.Equal(got, identityHere(id)) {
			s.t.Errorf("a rename leaves the identity %v", got)
		}
	})
}

func TestImportByIdentity(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config)
		id := s.tf.Get(s.tf.State, "id")
		full := tftest.Config{"id": id, "tenant": acctest.Tenant, "environment": acctest.Environment}
		for what, c := range map[string]tftest.Config{
			"id": {"id": id}, "all": full, "id and tenant": full.With("environment", nil),
		} {
			tf := s.Terraform(k.Terraform)
			tftest.Must(s.t, tf.ImportIdentity(c))
			if got := tf.IdentityIn(tf.Identity); !tf.State.Equal(s.tf.State) || !maps.Equal(got, identityHere(id)) {
				s.t.Errorf("%s: the import has the identity %v and the state %s", what, got, tf.State)
			}
		}
		tf := s.Terraform(k.Terraform)
		const ulid = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
		for what, x := range map[string]struct {
			c    tftest.Config
			says []string
		}{
			"another environment": {
				full.With("environment", "production"),
				[]string{`environment "production"`, `environment "staging"`, "The identity says", "nothing was changed"},
			},
			"another tenant":    {full.With("tenant", "other"), []string{`tenant "other"`, `tenant "acme"`}},
			"another tenant id": {tftest.Config{"id": id, "tenant": "other"}, []string{`tenant "other"`, `tenant "acme"`}},
			"another kind":      {full.With("id", "prn_"+ulid), []string{k.IDPrefix, "prn_" + ulid}},
			"a name":            {full.With("id", "orders"), []string{k.IDPrefix, `"orders"`}},
			"none":              {full.With("id", k.IDPrefix+ulid), []string{"There is no " + k.Singular}},
		} {
			s.ForgetRequests()
			d := tf.ImportIdentity(x.c)
			if tftest.Says(s.t, d.Errors(), x.says...); what != "none" && len(s.Requests()) > 0 {
				s.t.Errorf("%s: the platform was asked %v", what, s.Requests())
			}
		}
	})
}
