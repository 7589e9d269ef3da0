package acctest_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/export"
)

// 500 objects that were made by hand are exported and imported. The plan after the import is empty, and nothing on the
// platform has changed.
func TestExportOfWhatWasMadeByHand(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	tf.StartPrograms() // with the race detector, 500 objects take minutes
	secretURLs := p.MakeByHand()
	before := objects(t, p)

	began := clock.System().Now()
	took := func(what string) {
		now := clock.System().Now()
		t.Logf("%s: %.1f s", what, now.Sub(began).Seconds())
		began = now
	}
	configuration := exported(t, p)
	if bytes.Contains(configuration, []byte("CANARY")) || bytes.Contains(configuration, []byte(acctest.SecretURL)) {
		t.Fatal("the export has a secret")
	}
	took("export")
	tf.Config(string(configuration))
	for _, name := range secretURLs {
		if name[0] >= '0' && name[0] <= '9' {
			name = "_" + name // a name in Terraform does not begin with a digit
		}
		tf.Var(strings.ReplaceAll(name, "-", "_")+"_url_wo", acctest.SecretURL)
	}
	tf.Apply().Has(fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", 6*acctest.Handmade))
	took("import")
	tf.Plan(0)
	took("plan")
	if after := objects(t, p); !maps.Equal(before, after) {
		for id, was := range before {
			if after[id] != was {
				t.Errorf("changed:\n%s\n%s", was, after[id])
			}
		}
	}
}

// exported returns what the program exports, with the flags.
func exported(t *testing.T, p *acctest.Platform, flags ...string) []byte {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(p.Token(api.RoleAuditor)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"export", "--endpoint", p.URL, "--token-file", token}, flags...)
	cmd := exec.CommandContext(t.Context(), acctest.Quickconnectd(t), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("quickconnectd %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out
}

// objects returns what every object shows of itself that only a change of it changes, by id.
func objects(t *testing.T, p *acctest.Platform) map[string]string {
	t.Helper()
	all := map[string]string{}
	note := func(o api.Object, version any, digest *string) {
		shown := ""
		if digest != nil {
			shown = *digest
		}
		all[o.ID] = fmt.Sprintf("%s etag %s, version %v, %s", o.Name, o.Etag, version, shown)
	}
	connectors, err := p.As(api.RoleAuditor).Client().Connectors().List(t.Context(), client.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range connectors {
		version := int64(0)
		if c.Version != nil {
			version = *c.Version
		}
		note(c.Object, version, c.CredentialsDigest)
	}
	tokens, err := p.As(api.RoleAuditor).Client().ScopedTokens().List(t.Context(), client.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range tokens {
		note(o.Object, o.Rotation.NextVersion, nil)
	}
	secrets, err := p.As(api.RoleAuditor).Client().SigningSecrets().List(t.Context(), client.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range secrets {
		note(o.Object, o.Rotation.NextVersion, o.SecretDigest)
	}
	identities, err := p.As(api.RoleAuditor).Client().WorkloadIdentities().List(t.Context(), client.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range identities {
		note(o.Object, nil, nil)
	}
	return all
}

// The platform takes a filter exactly for the kinds that export knows to have it.
func TestExportKnowsTheFilters(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	ids := acctest.TheFixture()
	values := map[string]string{
		"connector_id": ids.Connectors[0], "endpoint_id": ids.Endpoints[0], "label": "team=a", "name_prefix": "o",
		"older_than": "90d", "expires_within": "30d", "orphan": "true", "overdue": "true", "owner": "team-a",
	}
	for _, kind := range api.Kinds() {
		for _, name := range export.Filters() {
			var filter client.Filter
			if _, err := export.SetFilter(&filter, name+"="+values[name]); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			_, err := export.Write(t.Context(), p.As(api.RoleAuditor).Client(), []api.Kind{kind}, filter, &out)
			if has := slices.Contains(export.KindsWith(name), kind); has != (err == nil) {
				t.Errorf("%s of %s: %v", name, kind.Plural, err)
			}
		}
	}
}
