package signingsecret

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	rules "github.com/quickconnect/terraform-provider-quickconnect/internal/rotation"
)

// What was revoked is not sent again by itself: it may have leaked. A new value is, and so is the old one under a new number.
func TestTheRevokedValueIsNotSentAgain(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			f, tf := created(t, config("a"))
			f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			says(t, empty(t, tf, config("a")).Diags.Warnings(), `A new value for "orders" is due`, "still has a value that was revoked", "configure a new one")
			edited := config("a").With("description", "new")
			keeps(t, tf, tf.Plan(edited), nil)
			wrote(t, f, "PATCH /sec_01")
			for _, c := range []core.Config{edited.With("secret_wo", whsec("b")), edited.With("secret_wo_version", 7)} {
				p := tf.Plan(c)
				says(t, p.Diags.Warnings(), "Version 2 of", "will be issued")
			}
			c := edited.With("secret_wo", whsec("b"))
			keeps(t, tf, tf.Plan(c), nil)
			wrote(t, f, "POST /sec_01/rotation/reissue if 3 sends b")
			silent(t, tf, c)
		})
	}
}

// It is not, whatever somebody has put in its place since: a version that the platform made, or a value of their own.
func TestTheRevokedValueIsNotSentInPlaceOfAnother(t *testing.T) {
	for name, since := range map[string]func(f *fake){
		"all revoked, reissued": func(f *fake) {
			f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.by(rules.Command{Step: rules.StepReissue})
		},
		"all revoked, reissued with another": func(f *fake) {
			f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.by(rules.Command{Step: rules.StepReissue}, whsec("x"))
		},
		"rotated to another, then revoked": func(f *fake) {
			f.by(rules.Command{Step: rules.StepBegin}, whsec("x"))
			f.by(rules.Command{Step: rules.StepPromote, Force: true, Reason: "leak"})
			f.by(rules.Command{Step: rules.StepRevoke, Below: 2, Reason: "leak"})
		},
	} {
		for how, config := range byBoth {
			t.Run(name+", "+how, func(t *testing.T) {
				f, tf := created(t, config("a"))
				since(f)
				says(t, empty(t, tf, config("a")).Diags.Warnings(), `A new value for "orders" is due`, "secret_wo has a value that was revoked on the platform, which has gone on with another one",
					"It is not sent again by itself", "To leave the choice to the platform, remove secret_wo.")
				edited := config("a").With("description", "new")
				keeps(t, tf, tf.Plan(edited), nil)
				wrote(t, f, "PATCH /sec_01")
				says(t, tf.Plan(edited.With("minimum_version", 3)).Diags.Errors(), "The same value again", "has a value that was revoked before")

				// A new value is sent, and the old one under a new number.
				for _, c := range []core.Config{edited.With("secret_wo", whsec("b")), edited.With("secret_wo_version", 7)} {
					says(t, tf.Plan(c).Diags.Warnings(), `Rotation of "orders" begins: version 3`, "It is sent.")
				}
				c := edited.With("secret_wo", whsec("b"))
				keeps(t, tf, tf.Plan(c), nil)
				tf.Expect(tf.State, "version=3", "rotation.phase=staged", "secret_digest="+f.digests[3])
			})
		}
	}
}

// While another rotation is under way nothing is said of it, and the steps that are due are taken.
func TestTheRevokedValueHoldsUpNoRotation(t *testing.T) {
	for name, config := range byBoth {
		t.Run(name, func(t *testing.T) {
			c := config("a")
			f, tf := created(t, c)
			f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
			f.by(rules.Command{Step: rules.StepReissue})
			f.by(rules.Command{Step: rules.StepBegin})
			f.proven(3)
			says(t, tf.Plan(c).Diags.Warnings(), "version 3 will be current")
			keeps(t, tf, tf.Plan(c), nil)
			tf.Expect(tf.State, "version=3", "rotation.phase=draining")
		})
	}
}

// Where the plan does not know the value, the apply says that it is not sent.
func TestTheRevokedValueComesWithTheApply(t *testing.T) {
	c := suppliedConfig("a").With("secret_wo_version", 1)
	f, tf := created(t, c)
	f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "leak"})
	for range 2 {
		p := tf.Plan(c.With("secret_wo", tftypes.UnknownValue))
		leftOpen(t, tf, p)
		d := tf.Apply(p, c)
		must(t, d)
		says(t, d.Warnings(), `A new value for "orders" is due`, "secret_wo still has a value that was revoked")
		f.by(rules.Command{Step: rules.StepReissue})
		f.by(rules.Command{Step: rules.StepRevoke, All: true, Reason: "again"})
	}
	wrote(t, f)
	p := tf.Plan(c.With("secret_wo", tftypes.UnknownValue))
	keeps(t, tf, p, c.With("secret_wo", whsec("b")))
	tf.Expect(tf.State, "rotation.phase=stable", "secret_digest="+f.digests[4])
}
