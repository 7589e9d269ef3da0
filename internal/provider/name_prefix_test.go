package provider_test

import (
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// under is a configuration with a prefix instead of its name.
func (k kind) under(prefix any) tftest.Config {
	return k.config.With("name", nil).With("name_prefix", prefix)
}

// made makes an object of the kind through the API, which no Terraform knows of.
func (s *scene) made(k kind, name string) {
	s.t.Helper()
	body := maps.Clone(map[string]any(k.config))
	delete(body, "credentials_wo")
	body["name"] = name
	s.As(api.RoleDeployer).Create(k.Path, body).Want(http.StatusCreated)
}

// A name under a prefix is chosen once, by the platform, and stays whatever changes beside it.
func TestNamePrefix(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		c := k.under("app-")
		p := s.tf.Plan(c)
		s.tf.Expect(p.Planned, "name=<unknown>", "name_prefix=app-")
		s.tf.Keep(p, nil)
		name, id := s.tf.Get(s.tf.State, "name"), s.tf.Get(s.tf.State, "id")
		if !regexp.MustCompile(`^app-[a-z0-9]{12}$`).MatchString(name) {
			t.Errorf("the name is %s", name)
		}
		tftest.Silent(t, s.tf, c)
		same := []string{"id=" + id, "name=" + name, "name_prefix=app-"}
		p = s.tf.Plan(c.With("description", "new"))
		s.tf.Expect(p.Planned, same...)
		s.tf.Keep(p, nil)

		// While the prefix is unknown, it is taken for the same.
		unknown := k.under(tftest.Unknown).With("description", "new")
		p = s.tf.Plan(unknown)
		s.tf.Expect(p.Planned, "name="+name, "name_prefix=<unknown>")
		s.tf.Keep(p, c.With("description", "new"))
		s.tf.Expect(s.tf.State, same...)
		d := s.tf.Apply(s.tf.Plan(unknown), k.under("other-").With("description", "new"))
		tftest.Says(t, d.Errors(), "inconsistent final plan")

		other := s.tf.Plan(k.under("ap"))
		if s.tf.Expect(other.Planned, "name=<unknown>", "id=<unknown>"); !other.Replaces {
			t.Error("another prefix does not replace the object")
		}
		if k.Kind == api.ScopedTokens || k.Kind == api.SigningSecrets || k.Kind == api.Connectors {
			ends := "all its values end at once"
			if k.Kind == api.Connectors {
				ends = "its credentials end with it"
			}
			s.warns(other, "will be replaced", ends)
		}
		tftest.Must(t, s.tf.Apply(other, nil))
		s.tf.Expect(s.tf.State, "name_prefix=ap")
	})
}

// A name can be given to what had a prefix, and a prefix to what had a name.
func TestNameInPlaceOfAPrefixAndBack(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		s.create(k.under("app-"))
		name, id := s.tf.Get(s.tf.State, "name"), s.tf.Get(s.tf.State, "id")
		p := s.tf.Plan(k.config.With("name", name))
		s.tf.Expect(p.Planned, "id="+id, "name_prefix=")
		s.tf.Keep(p, nil)
		tftest.Silent(t, s.tf, k.config.With("name", name))
		tftest.Silent(t, s.tf, k.under("app"))
		s.tf.Run(k.config)
		s.tf.Expect(s.tf.State, "id="+id, "name=orders", "name_prefix=")
		tftest.Silent(t, s.tf, k.under("ord"))
		if p := s.tf.Plan(k.under("app-")); !p.Replaces {
			t.Error("a prefix that the name does not begin with does not replace the object")
		}
	})
}

func TestImportOfANameWithAPrefix(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.made(k, "app-by-hand")
		for _, c := range []tftest.Config{
			k.under("app-"), k.under("app-by-hand"), k.config.With("name", "app-by-hand"),
			k.config.With("name", "app-by-hand").With("name_prefix", ""), // as Terraform generates it
		} {
			tf := s.Terraform(k.Terraform)
			tftest.Must(s.t, tf.Import("app-by-hand"))
			tf.Expect(tf.State, "name=app-by-hand", "name_prefix=")
			if k.Kind == api.Connectors {
				c = c.With("credentials_wo", nil)
			}
			tftest.Empty(s.t, tf, c)
			if p := tf.Plan(c.With("name", nil).With("name_prefix", "other-")); !p.Replaces {
				s.t.Error("another prefix does not replace the object")
			}
		}
	})
}

// A state of an older provider has no name_prefix. That is no difference, with a refresh and without.
func TestStateWithoutNamePrefix(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		s.create(k.config)
		s.tf.Forget("name_prefix")
		if p := s.tf.PlanOnly(k.config); p.Changes {
			s.t.Errorf("a difference: %s", p.Planned)
		}
		if p := s.tf.PlanOnly(k.under("ord")); p.Replaces {
			s.t.Error("a prefix of the name replaces the object")
		}
		tftest.Silent(s.t, s.tf, k.config)
	})
}

func TestExactlyOneOfNameAndPrefix(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		for at, wrong := range map[string][]tftest.Config{
			"name": {k.config.With("name", nil), k.under("")},
			"name_prefix": {
				k.config.With("name_prefix", "app-"), k.under("-app"), k.under("App"), k.under(strings.Repeat("p", 51)),
			},
		} {
			for _, c := range wrong {
				errs := s.tf.Plan(c).Diags.Errors()
				tftest.Says(s.t, errs, `AttributeName("`+at+`")`)
				if n := strings.Count(errs, "AttributeName"); n != 1 {
					s.t.Errorf("%d errors: %s", n, errs)
				}
			}
		}
		for _, open := range []tftest.Config{k.under(tftest.Unknown), k.config.With("name", tftest.Unknown)} {
			tftest.Must(s.t, s.tf.Plan(open).Diags)
		}
	})
}

// With create_before_destroy both objects exist for a moment. Under one name that cannot be, under a prefix it can, and
// the numbers go on, so that a sink which follows them notices.
func TestCreateBeforeDestroy(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		c := k.under("app-")
		s.create(c)
		old := s.tf.Get(s.tf.State, "id")
		tftest.Must(t, s.tf.Refresh())
		tftest.Must(t, s.tf.ApplyCreateFirst(s.tf.PlanReplace(c)))
		if now := s.tf.Get(s.tf.State, "id"); now == old {
			t.Error("it is the same object")
		}
		switch k.Kind {
		case api.ScopedTokens, api.SigningSecrets, api.Connectors:
			s.tf.Expect(s.tf.State, "version=2")
		}
		tftest.Silent(t, s.tf, c)

		named := s.Terraform(k.Terraform)
		named.Run(k.config)
		tftest.Must(t, named.Refresh())
		before := named.State
		errs := named.ApplyCreateFirst(named.PlanReplace(k.config)).Errors()
		tftest.Says(t, errs, "Name taken", "create_before_destroy", "name_prefix")
		if !named.State.Equal(before) {
			t.Error("the state has changed")
		}
		tftest.Silent(t, named, k.config)
	})
}

// The name of an object that an interrupted apply made is not known to the next one, which adopts it all the same.
func TestInterruptedCreateUnderAPrefix(t *testing.T) {
	forEach(t, everyKind(), func(s *scene, k kind) {
		t := s.t
		before := s.As(api.RoleAuditor).Count(k.Path)
		s.cutOff(k, k.under("app-"), "committed, no answer", signals["SIGKILL CLI"])
		s.Clock.Advance(api.RunLease)
		p := s.tf.Plan(k.under("app-"))
		d := s.tf.Apply(p, nil)
		tftest.Must(t, d)
		name := s.tf.Get(s.tf.State, "name")
		tftest.Says(t, d.Warnings(), "Adopted", name)
		if n := s.As(api.RoleAuditor).Count(k.Path); n != before+1 {
			t.Errorf("%d objects", n)
		}
	})
}
