package acctest_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
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
		tf.Var(name+"_url_wo", acctest.SecretURL)
	}
	tf.Apply().Has(fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", 5*acctest.Handmade))
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
	return all
}

// A filter that a kind does not have is an error that says what to do, and nothing is written.
func TestExportWithAFilterThatAKindLacks(t *testing.T) {
	t.Parallel()
	p := acctest.StartFixture(t)
	c := p.As(api.RoleAuditor).Client()
	var out bytes.Buffer
	_, err := export.Write(t.Context(), c, api.Kinds(), client.Filter{Owner: "team-a"}, &out)
	if err == nil || !strings.Contains(err.Error(), "rotation policies") || !strings.Contains(err.Error(), "--kind") {
		t.Errorf("got %v", err)
	}
	if out.Len() > 0 {
		t.Errorf("wrote %s", &out)
	}
	counts, err := export.Write(t.Context(), c, []api.Kind{api.Connectors}, client.Filter{Owner: "team-a"}, &out)
	if err != nil || len(counts) != 1 || counts[0].Written != 2 {
		t.Errorf("got %v, %v", counts, err)
	}
}
