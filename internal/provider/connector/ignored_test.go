package connector_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// With ignore_changes the plan sees no credentials, and the update alone sees the configured ones. They are not sent.
func TestIgnoredCredentialsAreNotSent(t *testing.T) {
	for name, c := range map[string]tftest.Config{
		"without a number": configured("first"), "with one": configured("first").With("credentials_wo_version", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := created(t, c)
			s.set("theirs")
			s.ForgetRequests()
			for edit, v := range map[string]any{"description": "edited", "enabled": false, "name": "post"} {
				edited := c.With(edit, v)
				p := s.tf.Plan(edited.With("credentials_wo", nil))
				wantUnknown(t, s.tf, p, true)
				tftest.Must(t, s.tf.ApplyIgnoring(p, edited))
				if s.tf.Expect(s.tf.State, "version=2"); s.sent() != 0 {
					t.Errorf("%s: the ignored credentials were sent", edit)
				}
				c = edited
			}
			// The number counts for what is not ignored any more.
			s.tf.Keep(s.tf.Plan(c), nil)
			if s.tf.Expect(s.tf.State, "version=3"); s.sent() != 1 {
				t.Error("the credentials were not sent")
			}
		})
	}
}

// An ephemeral value may be null in the plan and set in the apply, which plans again with it.
func TestCredentialsThatOnlyTheApplyHas(t *testing.T) {
	s := created(t, configured("first"))
	edited := base().With("description", "edited")
	p := s.tf.Plan(edited)
	wantUnknown(t, s.tf, p, true)
	s.tf.Keep(p, edited.With("credentials_wo", credentials("second")))
	if s.tf.Expect(s.tf.State, "version=2"); s.sent() != 1 {
		t.Error("the credentials were not sent")
	}
}
