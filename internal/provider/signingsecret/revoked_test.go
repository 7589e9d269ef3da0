package signingsecret

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// What was revoked is not sent again by itself: it may have leaked. A new value is, and so is the old one under a new number.
func TestTheRevokedValueIsNotSentAgain(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, config("a"))
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			tftest.Says(t, tftest.Empty(t, tf, config("a")).Diags.Warnings(), `A new value for "orders" is due`, "still has a value that was revoked", "configure a new one")
			edited := config("a").With("description", "new")
			keeps(t, tf, tf.Plan(edited), nil)
			wrote(t, f, "PATCH /sec_01")
			for _, c := range []tftest.Config{edited.With("secret_wo", whsec("b")), edited.With("secret_wo_version", 7)} {
				p := tf.Plan(c)
				tftest.Says(t, p.Diags.Warnings(), "Version 2 of", "will be issued")
			}
			c := edited.With("secret_wo", whsec("b"))
			keeps(t, tf, tf.Plan(c), nil)
			wrote(t, f, "POST /sec_01/rotation/reissue if 3 sends b")
			tftest.Silent(t, tf, c)
		})
	}
}

// It is not, whatever somebody has put in its place since: a version that the platform made, or a value of their own.
func TestTheRevokedValueIsNotSentInPlaceOfAnother(t *testing.T) {
	for name, since := range map[string]func(f *fake){
		"all revoked, reissued": func(f *fake) {
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.By(rules.Command{Step: rules.StepReissue})
		},
		"all revoked, reissued with another": func(f *fake) {
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.By(rules.Command{Step: rules.StepReissue}, whsec("x"))
		},
		"rotated to another, then revoked": func(f *fake) {
			f.By(rules.Command{Step: rules.StepBegin}, whsec("x"))
			f.By(rules.Command{Step: rules.StepPromote, Force: true, Reason: "leak"})
			f.By(rules.Command{Step: rules.StepRevoke, Below: 2, Reason: "leak"})
		},
	} {
		for how, config := range byBoth {
			t.Run(name+", "+how, func(t *testing.T) {
				f, tf := created(t, config("a"))
				since(f)
				tftest.Says(t, tftest.Empty(t, tf, config("a")).Diags.Warnings(), `A new value for "orders" is due`, "secret_wo has a value that was revoked on the platform, which has gone on with another one",
					"It is not sent again by itself", "To leave the choice to the platform, remove secret_wo.")
				edited := config("a").With("description", "new")
				keeps(t, tf, tf.Plan(edited), nil)
				wrote(t, f, "PATCH /sec_01")
				tftest.Says(t, tf.Plan(edited.With("minimum_version", 3)).Diags.Errors(), "The same value again", "has a value that was revoked before")

				// A new value is sent, and the old one under a new number.
				for want, c := range map[string]tftest.Config{
					"It is sent.": edited.With("secret_wo", whsec("b")),
					"The value was revoked on the platform before, and is sent again": edited.With("secret_wo_version", 7),
				} {
					tftest.Says(t, tf.Plan(c).Diags.Warnings(), `Rotation of "orders" begins: version 3`, want)
				}
				c := edited.With("secret_wo", whsec("b"))
				keeps(t, tf, tf.Plan(c), nil)
				tf.Expect(tf.State, "version=3", "rotation.phase=staged", "secret_digest="+f.digests[3])
			})
		}
	}
}

// A number that it has had before is no new one, wherever that was: on the platform when it was revoked, or in the last apply.
func TestTheNumberOfTheRevokedValueIsNoNewOne(t *testing.T) {
	numbered := func(letter string, n int) tftest.Config { return suppliedConfig(letter).With("secret_wo_version", n) }
	for name, x := range map[string]struct {
		first tftest.Config
		since func(f *fake, apply func(tftest.Config))
		last  tftest.Config
	}{
		"applied while another value was there": {numbered("a", 1), func(f *fake, apply func(tftest.Config)) {
			f.By(rules.Command{Step: rules.StepBegin})
			apply(numbered("a", 2))
			f.By(rules.Command{Step: rules.StepPromote, Force: true, Reason: "leak"})
			f.By(rules.Command{Step: rules.StepRevoke, Below: 2, Reason: "leak"})
		}, numbered("a", 2)},
		"that came without the value": {suppliedConfig("a"), func(f *fake, apply func(tftest.Config)) {
			apply(baseConfig().With("secret_wo_version", 1))
			apply(numbered("a", 1))
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
		}, numbered("a", 1)},
		"taken away and put back": {numbered("a", 1), func(f *fake, apply func(tftest.Config)) {
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			apply(baseConfig())
		}, numbered("a", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, x.first)
			x.since(f, func(c tftest.Config) { keeps(t, tf, tf.Plan(c), nil) })
			f.Writes()
			for range 2 { // an apply makes no difference
				p := tf.Plan(x.last)
				tftest.Says(t, p.Diags.Warnings(), "was revoked", "give secret_wo_version a number that it has not had")
				keeps(t, tf, p, nil)
			}
			if w := strings.Join(f.Writes(), " "); strings.Contains(w, "sends") {
				t.Errorf("it was sent: %s", w)
			}
			again := x.last.With("secret_wo_version", 9)
			keeps(t, tf, tf.Plan(again), nil)
			if w := strings.Join(f.Writes(), " "); !strings.Contains(w, "sends a") {
				t.Errorf("under a new number: %s", w)
			}
			// From then on it is a value like any other: what somebody puts in its place is put back.
			f.Policy.RequireAcknowledgement = false
			f.Clock.Advance(30 * day)
			f.By(rules.Command{Step: rules.StepRotate}, whsec("y"))
			f.Clock.Advance(2 * day)
			tftest.Says(t, tf.Plan(again).Diags.Warnings(), "the platform does not have the configured value of secret_wo. It is sent.")
		})
	}
}

// On hold, a value that the plan does not know leaves nothing open.
func TestTheRevokedValueOnHold(t *testing.T) {
	c := suppliedConfig("a").With("secret_wo_version", 1)
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Hold: true, Reason: "leak"})
	for _, config := range []tftest.Config{c.With("secret_wo", tftypes.UnknownValue), suppliedConfig("a")} {
		tftest.Says(t, tf.Plan(config).Diags.Warnings(), "is on hold")
	}
	tftest.Says(t, tftest.Empty(t, tf, c.With("secret_wo", tftypes.UnknownValue)).Diags.Warnings(), "is on hold")
}

// Another endpoint, or another algorithm, makes another signing secret. A value that was revoked does not come with it.
func TestTheRevokedValueDoesNotMove(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, config("a"))
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.By(rules.Command{Step: rules.StepReissue})
			tftest.Empty(t, tf, config("a"))
			moved := config("a").With("endpoint_id", "wep_02")
			tftest.Says(t, tf.Plan(moved).Diags.Errors(), `AttributeName("secret_wo")`, "The value was revoked", "configure a new one")
			for _, c := range []tftest.Config{moved.With("secret_wo", whsec("b")), moved.With("secret_wo_version", 7), baseConfig().With("endpoint_id", "wep_02")} {
				tftest.Must(t, tf.Plan(c).Diags)
			}
		})
	}
}

// While another rotation is under way, the steps that are due are taken.
func TestTheRevokedValueHoldsUpNoRotation(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			f, tf := created(t, c)
			f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.By(rules.Command{Step: rules.StepReissue})
			f.By(rules.Command{Step: rules.StepBegin})
			f.proven(3)
			tftest.Says(t, tf.Plan(c).Diags.Warnings(), "version 3 will be current", "It is not sent again by itself")
			keeps(t, tf, tf.Plan(c), nil)
			tf.Expect(tf.State, "version=3", "rotation.phase=draining")
		})
	}
}

// Where the plan does not know the value, the apply says that it is not sent.
func TestTheRevokedValueComesWithTheApply(t *testing.T) {
	c := suppliedConfig("a").With("secret_wo_version", 1)
	f, tf := created(t, c)
	f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	for range 2 {
		p := tf.Plan(c.With("secret_wo", tftypes.UnknownValue))
		leftOpen(t, tf, p)
		d := tf.Apply(p, c)
		tftest.Must(t, d)
		tftest.Says(t, d.Warnings(), `A new value for "orders" is due`, "secret_wo still has a value that was revoked")
		f.By(rules.Command{Step: rules.StepReissue})
		f.By(rules.Command{Step: rules.StepRevoke, All: true, Reason: "again"})
	}
	wrote(t, f)
	p := tf.Plan(c.With("secret_wo", tftypes.UnknownValue))
	keeps(t, tf, p, c.With("secret_wo", whsec("b")))
	tf.Expect(tf.State, "rotation.phase=stable", "secret_digest="+f.digests[4])
}
