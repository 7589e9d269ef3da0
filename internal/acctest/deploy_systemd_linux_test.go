package acctest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// unit has the settings of the section Service of a unit and its drop-ins.
type unit map[string][]string

// read adds a file. An empty value removes those before it, and a plain setting takes the place of the one before.
func (u unit) read(t *testing.T, path string) {
	t.Helper()
	section := ""
	for line := range strings.Lines(read(t, path)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		name, value, found := strings.Cut(line, "=")
		switch {
		case !found || section != "[Service]" || strings.HasPrefix(line, "#"):
		case value == "":
			delete(u, name)
		default:
			u[name] = append(u[name], value)
		}
	}
}

func (u unit) last(name string) string {
	if all := u[name]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// TestSystemdUnit starts the program as the unit of the package does with the settings of the example, and has systemd
// verify them.
func TestSystemdUnit(t *testing.T) {
	t.Parallel()
	d := newDeployed(t)
	root, err := acctest.Root()
	d.ok(err)
	packaged := filepath.Join(root, "packaging", "quickconnectd.service")
	example := filepath.Join(root, "examples", "deploy", "systemd", "quickconnectd.service.d", "postgresql.conf")
	u := unit{}
	u.read(t, packaged)
	u.read(t, example)
	if u.last("DynamicUser") != "yes" || u.last("LimitCORE") != "0" || len(u["ExecStart"]) != 1 {
		t.Errorf("DynamicUser=%s, LimitCORE=%s, ExecStart=%v", u.last("DynamicUser"), u.last("LimitCORE"), u["ExecStart"])
	}
	url, keyring := d.platform()
	cert, key := d.certificate()
	content := map[string][]byte{"keyring.json": keyring, "database-url": []byte(url + "\n"), "tls.key": key}
	for _, credential := range u["LoadCredential"] {
		name, from, _ := strings.Cut(credential, ":")
		if content[name] == nil || from != "/etc/quickconnectd/credentials/"+name {
			t.Errorf("LoadCredential=%s", credential)
		}
		d.secret("credentials", name, content[name])
	}
	credentials := filepath.Join(d.dir, "credentials")
	certificate := filepath.Join(d.dir, "tls.crt")
	d.ok(os.WriteFile(certificate, cert, 0o644))
	env := map[string]string{"QUICKCONNECTD_TLS_CERT": certificate}
	for _, setting := range u["Environment"] {
		name, value, _ := strings.Cut(setting, "=")
		env[name] = strings.ReplaceAll(value, "%d", credentials)
	}
	args := strings.Fields(strings.ReplaceAll(u.last("ExecStart"), "%d", credentials))
	if args[0] != "/usr/bin/quickconnectd" {
		t.Errorf("it starts %v", args)
	}
	d.wantOK("http://" + d.start(env, args[1:]...) + "/readyz")
	d.ok(d.server.Stop())
	verifyUnit(d, packaged, example)
}

// verifyUnit has systemd read the unit with its settings. The program is that of the test.
func verifyUnit(d *deployed, packaged, example string) {
	d.t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		d.t.Log("systemd-analyze is not installed: systemd does not verify the unit")
		return
	}
	dir := d.t.TempDir()
	d.ok(os.Mkdir(filepath.Join(dir, "quickconnectd.service.d"), 0o700))
	unit := filepath.Join(dir, "quickconnectd.service")
	for from, to := range map[string]string{
		packaged: unit, example: filepath.Join(dir, "quickconnectd.service.d", "postgresql.conf"),
	} {
		d.ok(os.WriteFile(to, []byte(strings.ReplaceAll(read(d.t, from), "/usr/bin/quickconnectd", d.program)), 0o600))
	}
	out, err := exec.CommandContext(d.t.Context(), "systemd-analyze", "verify", "--man=no", unit).CombinedOutput()
	if err != nil || strings.Contains(string(out), "quickconnectd") {
		d.t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
