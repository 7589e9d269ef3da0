package acctest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// What `make install` leaves is what `terraform init` needs: it finds the provider without a CLI configuration.
func TestInstall(t *testing.T) {
	t.Parallel()
	acctest.NeedsPrograms(t, "make", "git")
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance test: set TF_ACC=1")
	}
	terraform, err := launch.FindTerraform()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	install := exec.Command(filepath.Join(root, "scripts", "install.sh"))
	install.Env = append(os.Environ(), "PREFIX="+home+"/.local", "PLUGINS="+home+"/.terraform.d/plugins", "VERSION=0.0.7")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	help, err := exec.Command(filepath.Join(home, ".local", "bin", "quickconnectd"), "serve", "-h").CombinedOutput()
	if !strings.Contains(string(help), "data-dir") {
		t.Errorf("quickconnectd serve -h: %v\n%s", err, help)
	}
	printed, err := exec.Command(filepath.Join(home, ".local", "bin", "quickconnect"), "version").CombinedOutput()
	if !strings.HasPrefix(string(printed), "quickconnect 0.0.7 ") {
		t.Errorf("quickconnect version: %v\n%s", err, printed)
	}
	dir := t.TempDir()
	copied, err := os.ReadFile(filepath.Join(root, "examples", "quickstart", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), copied, 0o600); err != nil {
		t.Fatal(err)
	}
	init := exec.Command(terraform, "init", "-no-color", "-backend=false")
	init.Dir = dir
	init.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "CHECKPOINT_DISABLE=1"}
	out, err := init.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Installed quickconnect/quickconnect v0.0.7") {
		t.Errorf("terraform init: %v\n%s", err, out)
	}
}
