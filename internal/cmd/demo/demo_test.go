package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// The demo is shown as `make demo` shows it. It takes the half minute that its token takes to fall due and to be
// replaced, and a bit more.
func TestDemo(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance test: set TF_ACC=1 (as `make test` does) to run it with the real Terraform CLI")
	}
	cli, err := launch.FindTerraform()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false",
		"-o", bin+string(filepath.Separator), ".", "./internal/cmd/quickconnectd")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	receiver := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "quickconnect-receiver"), ".")
	receiver.Dir = filepath.Join(root, "examples", "receivers", "go")
	receiver.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-trimpath", "CGO_ENABLED=0")
	if out, err := receiver.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	d := &demo{bin: bin, cli: cli, examples: filepath.Join(root, "examples")}
	if err := d.close(t.Context(), d.show(t.Context())); err != nil {
		t.Fatal(err)
	}
	if d.step < 20 {
		t.Errorf("the demo has said only %d things", d.step)
	}
	if _, err := os.Stat(d.dir); !os.IsNotExist(err) {
		t.Errorf("the demo has left %s behind", d.dir)
	}
	if len(d.webhooks.sender.sent) < 40 {
		t.Errorf("only %d events were sent", len(d.webhooks.sender.sent))
	}
	for _, p := range []*launch.Server{&d.platform.Server, &d.webhooks.receiver.Server} {
		if p.Running() {
			t.Errorf("%s is still running", p.Name)
		}
	}
}

func TestDemoWithoutExampleLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	d := &demo{bin: "bin", cli: "true", examples: filepath.Join(temp, "no-example")}
	if err := d.close(t.Context(), d.show(t.Context())); err == nil {
		t.Fatal("there is no such example")
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
