package connector_test

import (
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// bot has credentials that fit the types custom and slack.
func bot() tftest.Config {
	return base().With("credentials_wo", map[string]any{"bot_token": "xoxb-1-2-three"})
}

// Another type is a change in place: the tokens of the connector stay. The credentials belong to the old service, so
// they end, or the configured ones are sent.
func TestTypeChangesInPlace(t *testing.T) {
	for name, numbered := range map[string]bool{"with a number": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			first := bot()
			if numbered {
				first = first.With("credentials_wo_version", 1)
			}
			s := created(t, first)
			id := s.object().ID
			p := s.tf.Plan(first.With("type", "slack"))
			if p.Replaces {
				t.Fatal("replaced")
			}
			wantWarning(t, p, "Credentials will be sent", "type changes from custom to slack")
			wantUnknown(t, s.tf, p, true)
			s.tf.Keep(p, nil)
			if now := s.object(); now.ID != id || now.Type != "slack" || now.CredentialsStatus != api.CredentialsCurrent {
				t.Errorf("%+v", now)
			}
			if s.sent() != 1 {
				t.Error("the configured credentials were not sent")
			}
			tftest.Silent(t, s.tf, first.With("type", "slack"))

			without := base().With("type", "custom").With("credentials_wo_version", first["credentials_wo_version"])
			p = s.tf.Plan(without)
			wantWarning(t, p, `Credentials of "mail" end at once`, "type changes from slack to custom", "version 1")
			s.tf.Keep(p, nil)
			s.tf.Expect(s.tf.State, "type=custom", "credentials_status=missing", "credentials_digest=<null>", "version=1")
			tftest.Silent(t, s.tf, without)
			s.tf.Keep(s.tf.Plan(first.With("type", "custom")), nil)
			s.tf.Expect(s.tf.State, "credentials_status=current", "version=2")
		})
	}
}

func TestUnknownType(t *testing.T) {
	s := created(t, bot())
	unknown := bot().With("type", tftest.Unknown)
	p := s.tf.Plan(unknown)
	wantUnknown(t, s.tf, p, true)
	s.tf.Keep(p, bot())
	s.Wrote(t)
	s.tf.Keep(s.tf.Plan(unknown), bot().With("type", "slack"))
	s.tf.Expect(s.tf.State, "type=slack", "credentials_status=current")

	s.tf.Keep(s.tf.Plan(base().With("type", tftest.Unknown)), base().With("type", "discord"))
	s.tf.Expect(s.tf.State, "type=discord", "credentials_status=missing")
}

// On hold the platform keeps the credentials, so it refuses another type.
func TestTypeOnHold(t *testing.T) {
	s := created(t, bot())
	s.Hold("an incident")
	other := base().With("type", "slack")
	tftest.Says(t, s.tf.Plan(other).Diags.Errors(), `AttributeName("type")`, "an incident", "release")
	tftest.Says(t, s.tf.Plan(bot().With("type", "slack")).Diags.Errors(), `AttributeName("type")`)
	s.Release()
	s.tf.Keep(s.tf.Plan(other), nil)

	s.Hold("an incident")
	p := s.tf.Plan(configured("second")) // there are none to end, and none are sent
	wantWarning(t, p, "Connector on hold")
	s.tf.Keep(p, nil)
	s.tf.Expect(s.tf.State, "type=custom", "credentials_status=missing")
}

func TestDestroyWarnsOfTheCredentials(t *testing.T) {
	s := created(t, bot())
	wantWarning(t, s.tf.PlanDestroy(), `"mail" will be destroyed: its credentials end with it`, "version 1 of them")
	s.tf.Keep(s.tf.Plan(base().With("type", "slack")), nil)
	if w := s.tf.PlanDestroy().Diags.Warnings(); w != "" {
		t.Errorf("without credentials: %s", w)
	}
}
