package acctest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/move"
)

// A database and a state that an older build wrote keep their meaning: the plan has the one step that was due, the
// values are the same, and the rotation goes on.
func TestDataOfAnOlderBuild(t *testing.T) {
	t.Parallel()
	tf, data := acctest.NewCLI(t), olderBuild(t)
	p := acctest.StartPlatformOn(t, data, acctest.Epoch.Add(30*day))
	by := keepsItsMeaning(t, tf, p)
	tf.ApplyPlan("next.tfplan")
	wantPhase(t, by.ScopedToken("notifier").Rotation, api.PhaseDraining)
	tf.Plan(0)
	p.Clock.Advance(30 * day)
	tf.Apply()
	wantPhase(t, by.ScopedToken("notifier").Rotation, api.PhaseStaged)
	if got := by.SigningSecret("keys").Version; got != 3 {
		t.Errorf("keys has version %d, want 3: the numbers go on", got)
	}
}

// The same data and the same state, after the platform moved to PostgreSQL.
func TestMovedPlatform(t *testing.T) {
	t.Parallel()
	tf, data := acctest.NewCLI(t), olderBuild(t)
	url := pgtest.Shared(t).Empty(t)
	at := acctest.Epoch.Add(30 * day)
	_, err := move.Run(t.Context(), move.Config{
		From: filepath.Join(data, "quickconnect.db"), To: url, Clock: clock.NewFake(at),
	})
	ok(t, err)
	by := keepsItsMeaning(t, tf, acctest.StartPlatformMoved(t, data, url, at))
	tf.ApplyPlan("next.tfplan")
	wantPhase(t, by.ScopedToken("notifier").Rotation, api.PhaseDraining)
	tf.Plan(0)
}

const olderBuildDir = "testdata/older_build"

// olderBuild returns a copy of a data directory that an older build made.
func olderBuild(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	for _, name := range []string{"quickconnect.db", "keyring.json"} {
		copyFile(t, filepath.Join(olderBuildDir, name), filepath.Join(data, name))
	}
	return data
}

// keepsItsMeaning looks at the values and the queue of the older build, and saves a plan with the one step that is due.
func keepsItsMeaning(t *testing.T, tf *acctest.CLI, p *acctest.Platform) *acctest.Caller {
	t.Helper()
	copyFile(t, filepath.Join(olderBuildDir, "terraform.tfstate"), filepath.Join(tf.Dir, "terraform.tfstate"))
	tf.Use(p)
	config, err := os.ReadFile(filepath.Join(olderBuildDir, "main.tf"))
	ok(t, err)
	tf.Config(string(config))
	tf.Var("slack_token", "xoxb-of-the-older-build")
	tf.Var("signing_secret", whsec("a"))

	by := p.As(api.RoleDeployer)
	wantSecret(t, by.RevealOf(api.KindSigningSecrets, "supplied", 1), whsec("a"))
	for _, version := range []int64{1, 2} {
		if answer := by.Introspect(by.Reveal("mailer", version)); !answer.Active || answer.Version != version {
			t.Errorf("version %d of an older build is not accepted: %+v", version, answer)
		}
	}
	if queued := by.Deliveries("orders"); len(queued) != 1 || queued[0].State != api.DeliveryQueued {
		t.Errorf("the queue of an older build is %+v, want one event", queued)
	}

	tf.SavePlan("next.tfplan").Has("quickconnect_scoped_token.notifier will be updated in-place",
		"Plan: 0 to add, 1 to change, 0 to destroy.")
	return by
}

func wantSecret(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Error("the platform reveals another value than the older build was given")
	}
}

func wantPhase(t *testing.T, r api.Rotation, want string) {
	t.Helper()
	if r.Phase != want {
		t.Errorf("the phase is %s, want %s", r.Phase, want)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
