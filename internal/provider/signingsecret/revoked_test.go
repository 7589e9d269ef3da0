package signingsecret_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// What was revoked is not sent again by itself: it may have leaked. A new value is, and so is the old one under a new
// number.
func TestRevokedValueIsNotSentAgain(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, config("a"))
			s.Revoke()
			tftest.Says(t, tftest.Empty(t, tf, config("a")).Diags.Warnings(), `A new value for "orders" is due`,
				"still has a value that was revoked", "configure a new one")
			edited := config("a").With("description", "new")
			tf.Keep(tf.Plan(edited), nil)
			s.wrote("PATCH")
			for _, c := range []tftest.Config{edited.With("secret_wo", whsec("b")), edited.With("secret_wo_version", 7)} {
				p := tf.Plan(c)
				tftest.Says(t, p.Diags.Warnings(), "Version 2 of", "will be issued")
			}
			c := edited.With("secret_wo", whsec("b"))
			tf.Keep(tf.Plan(c), nil)
			s.wrote("POST rotation/reissue if 3 sends b")
			tftest.Silent(t, tf, c)
		})
	}
}

// It is not, whatever somebody has put in its place since: a version that the platform made, or a value of their own.
func TestRevokedValueIsNotSentInPlaceOfAnother(t *testing.T) {
	for name, since := range map[string]func(s *scene){
		"all revoked, reissued": func(s *scene) {
			s.Revoke()
			s.Reissue()
		},
		"all revoked, reissued with another": func(s *scene) {
			s.Revoke()
			s.Reissue(whsec("x"))
		},
		"rotated to another, then revoked": func(s *scene) {
			s.Begin(whsec("x"))
			s.Promote()
			s.RevokeBelow(2)
		},
	} {
		for how, config := range bothWays {
			t.Run(name+", "+how, func(t *testing.T) {
				s, tf := created(t, config("a"))
				since(s)
				tftest.Says(t, tftest.Empty(t, tf, config("a")).Diags.Warnings(), `A new value for "orders" is due`,
					"secret_wo has a value that was revoked on the platform, which has gone on with another one",
					"It is not sent again by itself", "To leave the choice to the platform, remove secret_wo.")
				edited := config("a").With("description", "new")
				tf.Keep(tf.Plan(edited), nil)
				s.wrote("PATCH")
				tftest.Says(t, tf.Plan(edited.With("minimum_version", 3)).Diags.Errors(), "The same value again",
					"has a value that was revoked before")

				// A new value is sent, and the old one under a new number.
				for want, c := range map[string]tftest.Config{
					"It is sent.": edited.With("secret_wo", whsec("b")),
					"The value was revoked on the platform before, and is sent again": edited.With("secret_wo_version", 7),
				} {
					tftest.Says(t, tf.Plan(c).Diags.Warnings(), `Rotation of "orders" begins: version 3`, want)
				}
				c := edited.With("secret_wo", whsec("b"))
				tf.Keep(tf.Plan(c), nil)
				tf.Expect(tf.State, "version=3", "rotation.phase=staged", "secret_digest="+s.digest("b"))
			})
		}
	}
}

// A number that it has had before is no new one, wherever that was: on the platform when it was revoked, or in the last
// apply.
func TestNumberOfRevokedValueIsNotNew(t *testing.T) {
	numbered := func(letter string, n int) tftest.Config { return supplied(letter).With("secret_wo_version", n) }
	for name, x := range map[string]struct {
		first tftest.Config
		since func(s *scene, apply func(tftest.Config))
		last  tftest.Config
	}{
		"applied while another value was there": {numbered("a", 1), func(s *scene, apply func(tftest.Config)) {
			s.Begin()
			apply(numbered("a", 2))
			s.Promote()
			s.RevokeBelow(2)
		}, numbered("a", 2)},
		"that came without the value": {supplied("a"), func(s *scene, apply func(tftest.Config)) {
			apply(base().With("secret_wo_version", 1))
			apply(numbered("a", 1))
			s.Revoke()
		}, numbered("a", 1)},
		"taken away and put back": {numbered("a", 1), func(s *scene, apply func(tftest.Config)) {
			s.Revoke()
			apply(base())
		}, numbered("a", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, x.first)
			x.since(s, func(c tftest.Config) { tf.Keep(tf.Plan(c), nil) })
			s.ForgetRequests()
			for range 2 { // an apply makes no difference
				p := tf.Plan(x.last)
				tftest.Says(t, p.Diags.Warnings(), "was revoked", "give secret_wo_version a number that it has not had")
				tf.Keep(p, nil)
			}
			if w := strings.Join(s.lines(), " "); strings.Contains(w, "sends") {
				t.Errorf("it was sent: %s", w)
			}
			again := x.last.With("secret_wo_version", 9)
			tf.Keep(tf.Plan(again), nil)
			if w := strings.Join(s.lines(), " "); !strings.Contains(w, "sends a") {
				t.Errorf("under a new number: %s", w)
			}
			// From then on it is a value like any other: what somebody puts in its place is put back.
			s.rules(map[string]any{"require_acknowledgement": false})
			s.Clock.Advance(30 * day)
			s.Rotate(whsec("y"))
			s.Clock.Advance(2 * day)
			tftest.Says(t, tf.Plan(again).Diags.Warnings(),
				"the platform does not have the configured value of secret_wo. It is sent.")
		})
	}
}

// On hold, a value that the plan does not know leaves nothing open.
func TestRevokedValueOnHold(t *testing.T) {
	c := supplied("a").With("secret_wo_version", 1)
	s, tf := created(t, c)
	s.RevokeAndHold()
	for _, config := range []tftest.Config{c.With("secret_wo", tftest.Unknown), supplied("a")} {
		tftest.Says(t, tf.Plan(config).Diags.Warnings(), "is on hold")
	}
	tftest.Says(t, tftest.Empty(t, tf, c.With("secret_wo", tftest.Unknown)).Diags.Warnings(), "is on hold")
}

// Another endpoint, or another algorithm, makes another signing secret. A value that was revoked does not come with it.
func TestRevokedValueIsNotSentToAReplacement(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			s, tf := created(t, config("a"))
			s.Revoke()
			s.Reissue()
			tftest.Empty(t, tf, config("a"))
			moved := config("a").With("endpoint_id", acctest.TheFixture().Endpoints[1])
			tftest.Says(t, tf.Plan(moved).Diags.Errors(), `AttributeName("secret_wo")`, "The value was revoked",
				"configure a new one")
			for _, c := range []tftest.Config{
				moved.With("secret_wo", whsec("b")), moved.With("secret_wo_version", 7),
				base().With("endpoint_id", acctest.TheFixture().Endpoints[1]),
			} {
				tftest.Must(t, tf.Plan(c).Diags)
			}
		})
	}
}

// While another rotation is under way, the steps that are due are taken.
func TestRevokedValueDelaysNoRotation(t *testing.T) {
	for name, config := range bothWays {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			s, tf := created(t, c)
			s.Revoke()
			s.Reissue()
			s.Begin()
			s.Acknowledge(3)
			tftest.Says(t, tf.Plan(c).Diags.Warnings(), "version 3 will be current", "It is not sent again by itself")
			tf.Keep(tf.Plan(c), nil)
			tf.Expect(tf.State, "version=3", "rotation.phase=draining")
		})
	}
}

// Where the plan does not know the value, the apply says that it is not sent.
func TestRevokedValueKnownAtApply(t *testing.T) {
	c := supplied("a").With("secret_wo_version", 1)
	s, tf := created(t, c)
	s.Revoke()
	for range 2 {
		p := tf.Plan(c.With("secret_wo", tftest.Unknown))
		s.leftOpen(p)
		d := tf.Apply(p, c)
		tftest.Must(t, d)
		tftest.Says(t, d.Warnings(), `A new value for "orders" is due`, "secret_wo still has a value that was revoked")
		s.Reissue()
		s.Revoke()
	}
	s.wrote()
	p := tf.Plan(c.With("secret_wo", tftest.Unknown))
	tf.Keep(p, c.With("secret_wo", whsec("b")))
	tf.Expect(tf.State, "rotation.phase=stable", "secret_digest="+s.digest("b"))
}
