package acctest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Past certified_until, every plan of a token warns and has nothing to do. A later date is changed in place, and ends
// the warning. The exported configuration has it.
func TestCertifiedUntil(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	at := func(days int) string {
		return p.Clock.Now().AddDate(0, 0, days).UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	configured := func(until string) {
		tf.Config(policy(withoutAcknowledgement) + notifier(fmt.Sprintf("certified_until = %q", until)))
	}
	until := at(10)
	configured(until)
	tf.Apply()
	tf.Plan(0).Silent()
	configured(strings.Replace(until, "Z", ".000+00:00", 1)) // another spelling
	tf.Plan(0).Silent()
	p.Clock.Advance(11 * day)
	tf.Plan(0).Has("No changes.", `Scoped token "notifier": certification ended`, "still needed ended at "+until,
		"Ask team-notifier", "decommission it")
	tf.Apply().Has(`Scoped token "notifier": certification ended`)
	wantRotation(t, tf, 1, map[string]any{"phase": "stable", "due": "none"})

	later := at(90)
	configured(later)
	tf.Plan(2).Has("will be updated in-place", "0 to add, 1 to change, 0 to destroy")
	tf.Apply()
	tf.Plan(0).Silent()
	wantRotation(t, tf, 1, map[string]any{"phase": "stable", "due": "none"})
	if got := string(exported(t, p)); !strings.Contains(got, fmt.Sprintf("certified_until    = %q", later)) {
		t.Errorf("the export has no certified_until:\n%s", got)
	}
	if got := p.As(api.RoleAuditor).ScopedToken("notifier").CertifiedUntil; got == nil || *got != later {
		t.Errorf("certified until %v", got)
	}
}
