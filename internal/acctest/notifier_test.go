package acctest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	day   = 24 * time.Hour
	token = "quickconnect_scoped_token.notifier"
)

// policy is the rotation policy of most tests; more is what else the block says.
func policy(more string) string {
	return fmt.Sprintf(`
resource "quickconnect_rotation_policy" "monthly" {
  name     = "monthly"
  interval = "30d"
  %s
}
`, more)
}

// notifier is a connector and a scoped token with that policy; more is what else the token's block says.
func notifier(more string) string {
	return fmt.Sprintf(`
resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  allowed_scopes = ["messages:send", "messages:read"]
}

resource "quickconnect_scoped_token" "notifier" {
  name               = "notifier"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
  %s
}
`, more)
}

// handover hands the notifier's value to a sink whose write-only argument follows the version.
//
// OpenTofu opens an ephemeral resource only in the apply if a resource that it refers to is to change in any way. The
// write-only argument is unknown in the plan then, and the plan shows an update of the sink that brings it nothing. A
// local value ends this: OpenTofu looks at direct references alone.
func handover(s *acctest.Sink) string {
	id, local := "quickconnect_scoped_token.notifier.id", ""
	if acctest.OpenTofu() {
		local = fmt.Sprintf("locals {\n  notifier_id = %s\n}\n", id)
		id = "local.notifier_id"
	}
	return local + fmt.Sprintf(`
ephemeral "quickconnect_scoped_token" "notifier" {
  id = %s
}

resource "sink_secret" "notifier" {
  path             = %q
  value_wo         = ephemeral.quickconnect_scoped_token.notifier.value
  value_wo_version = quickconnect_scoped_token.notifier.version
}
`, id, s.Path)
}

// watcher knows every value that the notifier ever had and sees to it that at every moment one of them is accepted.
type watcher struct {
	t      *testing.T
	p      *acctest.Platform
	values map[int64]string
	looked int
}

// watch looks after every request that reaches the platform. What comes of the passing of time has no request: it looks
// at that in advance.
func watch(t *testing.T, p *acctest.Platform) *watcher {
	t.Helper()
	w := &watcher{t: t, p: p, values: map[int64]string{}}
	p.AfterEach(func() { w.accepted() })
	return w
}

// accepted returns the versions whose value is accepted, as someone sees it who uses none of them.
func (w *watcher) accepted() []int64 {
	w.t.Helper()
	deployer := w.p.As(api.RoleDeployer)
	var object api.ScopedToken
	if !deployer.Find(api.KindScopedTokens, "notifier", &object) {
		return nil
	}
	w.looked++
	for n := int64(1); n < object.Rotation.NextVersion; n++ {
		if w.values[n] == "" {
			w.values[n] = deployer.Reveal("notifier", n)
		}
	}
	var accepted []int64
	for n := int64(1); n < object.Rotation.NextVersion; n++ {
		if answer := deployer.Introspect(w.values[n]); answer.Active {
			if answer.Version != n {
				w.t.Errorf("the value of version %d is accepted as version %d", n, answer.Version)
			}
			accepted = append(accepted, n)
		}
	}
	if len(accepted) == 0 {
		w.t.Errorf("at %s no value of the token is accepted", w.p.Clock.Now())
	}
	if len(accepted) > 2 {
		w.t.Errorf("at %s versions %v are accepted: more than two", w.p.Clock.Now(), accepted)
	}
	return accepted
}

// want fails the test unless exactly these versions are accepted now.
func (w *watcher) want(versions ...int64) {
	w.t.Helper()
	if got := w.accepted(); fmt.Sprint(got) != fmt.Sprint(versions) {
		w.t.Errorf("at %s versions %v are accepted, want %v", w.p.Clock.Now(), got, versions)
	}
}

// advance moves the clock in small steps and looks after each.
func (w *watcher) advance(d time.Duration) {
	w.t.Helper()
	const steps = 10
	for range steps {
		w.p.Clock.Advance(d / steps)
		w.accepted()
	}
	w.p.Clock.Advance(d - d/steps*steps)
	w.accepted()
}
