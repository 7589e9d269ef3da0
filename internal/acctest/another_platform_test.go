package acctest_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// platformID is what a platform calls itself in every answer.
func platformID(t *testing.T, p *acctest.Platform) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	ref, ok := api.ParsePlatformRef(resp.Header.Get(api.HeaderPlatform))
	if !ok {
		t.Fatal("the platform does not say which one it is")
	}
	return ref.ID
}

func accepting(id string) string {
	return fmt.Sprintf("provider \"quickconnect\" {\n  accept_platform_id = %q\n}\n", id)
}

// A new platform with the same tenant and environment names is not the one of the state: nothing is dropped from it,
// and nothing is planned anew, until the configuration accepts the new platform.
func TestAnotherPlatform(t *testing.T) {
	first, tf := acctest.Start(t)
	tf.Config(quintet(first))
	tf.Apply()
	second := acctest.StartPlatformOn(t, t.TempDir(), acctest.Epoch.Add(day))
	second.Bootstrap(acctest.Tenant, acctest.Environment, "production")
	a, b := platformID(t, first), platformID(t, second)

	tf.Use(second)
	before := stateFile(t, tf)
	second.ForgetRequests()
	for _, args := range [][]string{
		{"plan"}, {"plan", "-refresh=false"}, {"apply", "-refresh-only", "-auto-approve"}, {"destroy", "-auto-approve"},
	} {
		tf.Run(args...).Want(1).Has("Object of another platform", a, b, "accept_platform_id")
	}
	if n := len(second.Requests()); n == 0 || len(requestsOf(second, opRead)) > 0 {
		t.Errorf("another platform was asked about objects that it cannot have, in %d requests", n)
	}
	if stateFile(t, tf) != before {
		t.Error("the state was changed")
	}

	tf.Config(accepting(b) + quintet(second))
	tf.SavePlan("move.tfplan").Has("Plan: 5 to add, 0 to change, 0 to destroy.")
	tf.ApplyPlan("move.tfplan")
	tf.Plan(0)
	tf.Use(first)
	tf.Run("plan").Want(1).Has("Object of another platform", a, b)
}

// Until a restore is confirmed, an object that is missing in the backup stays in the state.
func TestRestoreThatIsNotConfirmed(t *testing.T) {
	p, tf := acctest.Start(t)
	tf.Config(`
resource "quickconnect_rotation_policy" "kept" {
  name     = "kept"
  interval = "30d"
}
resource "quickconnect_rotation_policy" "lost" {
  name     = "lost"
  interval = "30d"
}
`)
	tf.Apply()
	change := func(statement string) {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(p.DataDir, "quickconnect.db")+"?_pragma=busy_timeout(15000)")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	change("DELETE FROM rotation_policies WHERE name = 'lost'")
	change("UPDATE platform SET incarnation = 2, restore_confirmed = 0")
	p.Restart()

	before := stateFile(t, tf)
	for _, args := range [][]string{{"plan"}, {"apply", "-refresh-only", "-auto-approve"}} {
		tf.Run(args...).Want(1).Has("incarnation 2", "it stays in the state", "quickconnectd restore confirm")
	}
	if stateFile(t, tf) != before {
		t.Error("the state was changed")
	}
	change("UPDATE platform SET restore_confirmed = 1")
	tf.Run("plan").Want(0).Has("Plan: 1 to add, 0 to change, 0 to destroy.")
}
