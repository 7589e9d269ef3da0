package provider_test

import (
	"net/http"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// takeOver gives a Terraform the state of another one.
func takeOver(to, from *tftest.Terraform) {
	to.State, to.Private, to.Identity = from.State, from.Private, from.Identity
}

func TestMisleadingAnswersChangeNoState(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		id, token := s.tf.Get(s.tf.State, "id"), s.Token(api.RoleDeployer)
		for name, x := range acctest.MisleadingAnswers() {
			other := s.Terraform(k.Terraform)
			before := s.tf.State
			s.Fail(func(acctest.Request) acctest.Fault { return x.Fault })
			for what, d := range map[string]tftest.Diags{
				"read": s.tf.Refresh(), "plan": s.tf.Plan(k.config).Diags, "delete": s.tf.Destroy(),
				"change":       s.tf.Apply(s.tf.PlanOnly(k.config.With("description", "new")), nil),
				"import by id": other.Import(id), "import by name": other.Import("orders"),
				"create": other.Apply(other.Plan(k.config), nil),
			} {
				text := d.Errors() + d.Warnings()
				tftest.Says(t, text, x.Says)
				saysNothingOf(t, text, token, "CANARY")
				if d.Errors() == "" || !s.tf.State.Equal(before) || !other.State.IsNull() {
					t.Errorf("%s, %s: the state has changed, or there is no error: %s", name, what, text)
				}
			}
			s.Fail(nil)
		}
		tftest.Silent(t, s.tf, k.config)
	})
}

// The answer to a creation never comes: the error says that it may have been carried out, and the state has no half of
// it.
func TestCreationWithoutAnAnswer(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		p := s.tf.Plan(k.config)
		s.Fail(func(acctest.Request) acctest.Fault { return acctest.CutAfter() })
		errs := s.tf.Apply(p, nil).Errors()
		tftest.Says(t, errs, "Whether the object was created is not known")
		saysNothingOf(t, errs, "CANARY")
		if !s.tf.State.IsNull() {
			t.Errorf("the state has something: %s", s.tf.State)
		}
	})
}

func TestDeletedOutside(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		before, private := s.tf.State, s.tf.Private
		p := s.tf.Plan(k.config.With("description", "new"))
		s.credential.Delete()
		tftest.Says(t, s.tf.Apply(p, nil).Errors(), "deleted after the plan was made")
		s.tf.State, s.tf.Private = before, private
		if tftest.Must(t, s.tf.Refresh()); !s.tf.State.IsNull() {
			t.Error("a deleted object stays in the state")
		}
		s.tf.State = before
		tftest.Must(t, s.tf.Destroy()) // gone already is what was wanted
		p = s.tf.Plan(k.config)
		s.tf.Expect(p.Planned, "id=<unknown>")
		if k.Kind == api.ScopedTokens || k.Kind == api.SigningSecrets {
			s.tf.Expect(p.Planned, "version=<unknown>")
			s.tf.Keep(p, nil)
			s.tf.Expect(s.tf.State, "version=2") // the numbers go on
			return
		}
		s.tf.Keep(p, nil)
	})
}

// Under the identity of another environment the platform answers 404 to everything. It is not even asked.
func TestStateOfAnotherEnvironment(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		elsewhere := s.Terraform(k.Terraform, s.InProduction)
		takeOver(elsewhere, s.tf)
		for what, d := range map[string]tftest.Diags{
			"read": elsewhere.Refresh(), "delete": elsewhere.Destroy(), "plan of the end": elsewhere.PlanDestroy().Diags,
			"plan without a refresh": elsewhere.PlanOnly(k.config).Diags,
		} {
			if tftest.Says(t, d.Errors(), `"staging"`, `"production"`); elsewhere.State.IsNull() {
				t.Errorf("%s: an object of another environment is taken for gone", what)
			}
		}
		if asked := s.Requests(); len(asked) != 0 {
			t.Errorf("the platform was asked %v", asked)
		}
	})
}

// An import is for what no state has.
func TestNameTakenSaysWhatToDo(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		taken := func(tf *tftest.Terraform, c tftest.Config) string {
			t.Helper()
			errs := tf.Apply(tf.Plan(c), nil).Errors()
			tftest.Says(t, errs, `AttributeName("name")`, "Name taken", k.IDPrefix)
			if !tf.State.IsNull() {
				t.Error("the object was taken over")
			}
			return errs
		}
		s.create(k.config)
		second := s.tf.Beside(k.Terraform)
		tftest.Says(t, taken(second, k.config), "Two blocks of this configuration")
		s.tf.Close()
		ways := []string{"create_before_destroy", "name_prefix", "moved {", "two applies"}
		errs := taken(s.Terraform(k.Terraform), k.config)
		tftest.Says(t, errs, append(ways, "If no state has it", "terraform import ADDRESS orders")...)
		tftest.Must(t, s.tf.Refresh())
		errs = taken(s.Terraform(k.Terraform), k.config)
		tftest.Says(t, errs, ways...)
		saysNothingOf(t, errs, "terraform import")
		unmanaged := s.Terraform(k.Terraform)
		s.made(k, "unmanaged")
		tftest.Says(t, taken(unmanaged, k.config.With("name", "unmanaged")), "terraform import ADDRESS unmanaged")
	})
}

func TestImportOfWhatDoesNotExist(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		for _, id := range []string{
			k.IDPrefix + "01ARZ3NDEKTSV4RRFFQ69G5FAV", "nobody", "No Name",
			"xyz_01ARZ3NDEKTSV4RRFFQ69G5FAV", "",
		} {
			tf := s.Terraform(k.Terraform)
			if errs := tf.Import(id).Errors(); errs == "" {
				t.Errorf("import of %q worked", id)
			}
		}
	})
}

// A plan that also creates what the provider needs. Creations can be planned, and what needs a request says what is
// missing.
func TestUnconfiguredProvider(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		waiting := s.Terraform(k.Terraform, acctest.TokenUnknown)
		tftest.Must(t, waiting.Plan(k.config).Diags)
		imported := waiting.Import("orders")
		takeOver(waiting, s.tf)
		for _, d := range []tftest.Diags{waiting.Refresh(), waiting.Destroy(), imported} {
			tftest.Says(t, d.Errors(), "its attribute token is unknown")
		}
		if asked := s.Requests(); len(asked) != 0 {
			t.Errorf("the platform was asked %v", asked)
		}
	})
}

// A refused value is an error on its attribute, and the state stays as it was.
func TestRefusedByThePlatform(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		before := s.tf.State
		p := s.tf.Plan(k.config.With("description", "new"))
		s.Fail(acctest.Refuse(http.MethodPatch, api.Problem{
			Code: api.CodeInvalid, Field: "/description",
			Detail: "what it says",
		}))
		tftest.Says(t, s.tf.Apply(p, nil).Errors(), `AttributeName("description")`, "What it says")
		if !s.tf.State.Equal(before) {
			t.Errorf("a refused change is in the state: %s", s.tf.State)
		}
	})
}
