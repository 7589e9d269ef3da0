package provider_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// opens fails the test unless the ephemeral resource opens with this version and its value, and other as the other
// valid version of a signing secret; 0 for none.
func (s *scene) opens(k kind, version, other int64) {
	s.t.Helper()
	v, d := s.tf.Open(tftest.Config{"id": s.credential.ID()})
	if len(d) != 0 {
		s.t.Fatal(d.Warnings(), d.Errors())
	}
	want := []string{"version=" + number(version), "value=" + s.credential.Reveal(version)}
	switch {
	case k.Kind == api.ScopedTokens && other == 0:
		want = append(want, "expires_at=<null>")
	case k.Kind == api.ScopedTokens: // while two are valid, one of them has an end
	case other == 0:
		want = append(want, "other_value=<null>")
	default:
		want = append(want, "other_value="+s.credential.Reveal(other))
	}
	s.tf.Expect(v, want...)
}

// opensEmpty fails the test unless the ephemeral resource opens with a null value, this version, and a warning.
func (s *scene) opensEmpty(id, version, warning string) {
	s.t.Helper()
	v, d := s.tf.Open(tftest.Config{"id": id})
	tftest.Must(s.t, d)
	s.tf.Expect(v, "value=<null>", "version="+version, "other_value=<null>")
	tftest.Says(s.t, d.Warnings(), warning, "value is null")
}

func TestEphemeralInEachPhase(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.opens(k, 1, 0)
		s.Wrote(t, "POST versions/1/reveal")
		s.credential.Begin()
		s.opens(k, 2, 1)
		want := []string{"POST versions/2/reveal"}
		if k.Kind == api.SigningSecrets {
			want = append(want, "POST versions/1/reveal")
		}
		s.Wrote(t, want...)
		s.credential.Promote()
		s.opens(k, 2, 1)
		s.credential.Rollback("receivers fail")
		s.opens(k, 1, 2) // a consumer may have either
		s.Clock.Advance(day)
		s.opens(k, 1, 0)
	})
}

// The plan that reissues, and a destroy, open it too: they must not fail on it.
func TestEphemeralWithoutAValueIsAWarning(t *testing.T) {
	forEach(t, rotatedKinds(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		id := s.credential.ID()
		s.credential.Revoke()
		s.opensEmpty(id, "1", `"orders" is revoked`)
		s.credential.Delete()
		s.opensEmpty(id, "<null>", "not found")
		s.Wrote(t)
	})
}

// Between its requests somebody moves the rotation. What opens is one consistent answer, never a mixture.
func TestEphemeralWhoseVersionEndsMeanwhile(t *testing.T) {
	for name, x := range map[string]struct {
		prepare, meanwhile func(*scene)
		at                 string // the request before which it happens
		version            int64  // 0: it opens with a null value
	}{
		"rotated without an overlap": {
			func(s *scene) { s.rules(map[string]any{"require_acknowledgement": false, "overlap": "0s"}) },
			func(s *scene) { s.credential.Step(api.StepRotate, nil) }, "POST versions/1/reveal", 2,
		},
		"cancelled": {
			func(s *scene) { s.credential.Begin() }, func(s *scene) { s.credential.Cancel() }, "POST versions/2/reveal", 1,
		},
		"the previous one ended": {
			func(s *scene) { s.credential.Begin(); s.credential.Promote() }, func(s *scene) { s.Clock.Advance(day) },
			"POST versions/2/reveal", 2,
		},
		"revoked": {func(*scene) {}, func(s *scene) { s.credential.Revoke() }, "POST versions/1/reveal", 0},
	} {
		t.Run(name, func(t *testing.T) {
			forEach(t, bothTypes(), func(s *scene, k kind) {
				s.create(k.config)
				x.prepare(s)
				happened := false
				s.Fail(acctest.Once(x.at, func() { x.meanwhile(s); happened = true }))
				if x.version == 0 {
					s.opensEmpty(s.credential.ID(), "1", "value is null")
				} else {
					s.opens(k, x.version, 0)
				}
				if !happened {
					s.t.Error("nothing happened meanwhile")
				}
			})
		})
	}
}

// A version that ends every time is an error after the second attempt, not a loop.
func TestEphemeralWhoseVersionAlwaysEnds(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		s.Fail(acctest.Refuse("POST versions", api.Problem{Code: api.CodeConflict}))
		if _, d := s.tf.Open(tftest.Config{"id": s.credential.ID()}); d.Errors() == "" {
			t.Error("opened without a value")
		}
		s.Wrote(t, "POST versions/1/reveal", "POST versions/1/reveal")
	})
}

func TestEphemeralErrors(t *testing.T) {
	forEach(t, bothTypes(), func(s *scene, k kind) {
		t := s.t
		s.create(k.config)
		id := s.credential.ID()
		open := func(tf *tftest.Terraform, id string) string {
			v, d := tf.Open(tftest.Config{"id": id})
			saysNothingOf(t, v.String()+d.Errors(), s.credential.Reveal(1))
			return d.Errors()
		}
		tftest.Says(t, open(s.tf, "orders"), "Not an id", "Nothing was sent")
		waiting := s.Terraform(k.Terraform, acctest.TokenUnknown)
		tftest.Says(t, open(waiting, id), "its attribute token is unknown")
		s.Wrote(t)

		// The role that may not reveal, and a version that cannot be found.
		auditor := s.Terraform(k.Terraform, with("token", s.Token(api.RoleOperator)))
		tftest.Says(t, open(auditor, id), "reveal", "planner", "deployer")
		s.Fail(acctest.Refuse("POST versions", api.Problem{Code: api.CodeNotFound}))
		if open(s.tf, id) == "" {
			t.Error("an object whose version cannot be revealed is taken for deleted")
		}
		s.Fail(nil)

		// A platform that shows the object of another environment or tenant.
		for own, other := range map[string]string{
			`"environment":"staging"`: `"environment":"production"`, `"tenant":"acme"`: `"tenant":"umbrella"`,
		} {
			s.Fail(func(acctest.Request) acctest.Fault {
				return acctest.Edit(func(body string) string { return strings.Replace(body, own, other, 1) })
			})
			s.ForgetRequests()
			_, name, _ := strings.Cut(other, ":")
			tftest.Says(t, open(s.tf, id), name, "was not read")
			s.Wrote(t)
		}
	})
}
