package acctest_test

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/client"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
)

// previousDir has the platform that a rolling update starts from: what this build's program makes, after a release.
const previousDir = "testdata/previous"

var writePrevious = flag.Bool("write-previous", false,
	"write "+previousDir+" with this build, for the rolling updates of the next release")

// farEnd is when the tokens of testdata end.
const farEnd = "2076-05-01T12:00:00Z"

// previousPlatform loads the platform of the previous version. data has its keyring, and database is the URL.
func previousPlatform(t *testing.T) (data, database string) {
	t.Helper()
	data, database = t.TempDir(), pgtest.Shared(t).Empty(t)
	copyFile(t, filepath.Join(previousDir, "keyring.json"), filepath.Join(data, "keyring.json"))
	dump, err := os.ReadFile(filepath.Join(previousDir, "dump.sql"))
	ok(t, err)
	pgtest.Statement(t, database, string(dump))
	return data, database
}

// previousProgram builds quickconnectd as it was when the dump was made.
func previousProgram(t *testing.T) string {
	t.Helper()
	root, err := acctest.Root()
	ok(t, err)
	commit, err := os.ReadFile(filepath.Join(previousDir, "commit"))
	ok(t, err)
	source, program := t.TempDir(), filepath.Join(t.TempDir(), "quickconnectd")
	archive := exec.CommandContext(t.Context(), "git", "-C", root, "archive", strings.TrimSpace(string(commit)))
	files, err := archive.Output()
	if err != nil {
		t.Fatalf("the commit of %s is not in this clone: fetch its whole history (git fetch --unshallow): %v", previousDir,
			err)
	}
	extract := exec.CommandContext(t.Context(), "tar", "-x", "-C", source)
	extract.Stdin = bytes.NewReader(files)
	succeeds(t, extract)
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", program,
		"./internal/cmd/quickconnectd")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	succeeds(t, build)
	return program
}

// writePreviousVersion makes a platform with this build, and writes what previousPlatform loads.
func writePreviousVersion(t *testing.T) {
	t.Helper()
	database := pgtest.Shared(t).Empty(t)
	data := t.TempDir()
	o := operator{t, acctest.Quickconnectd(t)}
	deployer := newPrincipal(o, data, database, api.RoleDeployer)
	p := acctest.StartProcessOn(t, data, "--database", database, "--allow-private-endpoints")
	fillPrevious(t, p.Client(deployer))
	p.Stop()

	u, err := url.Parse(database)
	ok(t, err)
	dump := succeeds(t, exec.CommandContext(t.Context(), "pg_dump", "--inserts", "--no-owner", "--no-privileges",
		"--dbname", strings.TrimPrefix(u.Path, "/"), "--host", u.Query().Get("host"), "--username", pgtest.Owner))
	ok(t, os.MkdirAll(previousDir, 0o755))
	ok(t, os.WriteFile(filepath.Join(previousDir, "dump.sql"), []byte(plain(dump)), 0o644))
	copyFile(t, filepath.Join(data, "keyring.json"), filepath.Join(previousDir, "keyring.json"))
	commit := succeeds(t, exec.CommandContext(t.Context(), "git", "rev-parse", "HEAD"))
	ok(t, os.WriteFile(filepath.Join(previousDir, "commit"), []byte(commit), 0o644))
}

// ofServer matches the lines of pg_dump that not every version of the server takes, or that are for psql alone.
var ofServer = regexp.MustCompile(`(?m)^(SET \w+ = .*;|\\(un)?restrict .*)\n`)

func plain(dump string) string { return ofServer.ReplaceAllString(dump, "") }

// newPrincipal makes a principal of acme/staging, and the environment where it is not there.
func newPrincipal(o operator, data, database, role string) string {
	o.t.Helper()
	where := []string{"--data-dir", data, "--database", database}
	if _, err := os.Stat(filepath.Join(data, "keyring.json")); err != nil {
		o.runs(0, append(where, "bootstrap", "--tenant", acctest.Tenant, "--environments", acctest.Environment)...)
	}
	return strings.TrimSpace(o.runs(0, append(where, "token", "create", "--tenant", acctest.Tenant, "--environment",
		acctest.Environment, "--role", role)...))
}

// fillPrevious makes some objects of each kind.
func fillPrevious(t *testing.T, c *client.Client) {
	t.Helper()
	ctx, end := t.Context(), farEnd
	policy, err := c.RotationPolicies().Create(ctx, api.RotationPolicyCreate{Name: "weekly", Interval: "7d"})
	ok(t, err)
	connector, err := c.Connectors().Create(ctx, api.ConnectorCreate{Name: "chat", Owner: "team", Type: "custom"})
	ok(t, err)
	for _, name := range []string{"notifier", "mailer", "archiver"} {
		token, err := c.ScopedTokens().Create(ctx, api.ScopedTokenCreate{
			RotatedCreate: api.RotatedCreate{Name: name, Owner: "team"}, ConnectorID: connector.ID,
			Scopes: []string{"messages:send"}, ExpiresAt: &end,
		})
		ok(t, err)
		if name == "archiver" {
			_, err = c.ScopedTokens().Revoke(ctx, token.ID, api.RevokeRequest{All: true, Reason: "leaked"}, client.Write{})
			ok(t, err)
		}
	}
	nowhere := "http://127.0.0.1:9/hook"
	endpoint, err := c.WebhookEndpoints().Create(ctx, api.WebhookEndpointCreate{
		Name: "billing", ConnectorID: connector.ID, URL: &nowhere,
	})
	ok(t, err)
	_, err = c.SigningSecrets().Create(ctx, api.SigningSecretCreate{
		RotatedCreate: api.RotatedCreate{Name: "billing", Owner: "team"}, EndpointID: endpoint.ID,
		RotationPolicyID: policy.ID,
	})
	ok(t, err)
}
