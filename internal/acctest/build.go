package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
)

// Main runs a package's tests and removes what they built. Call it from TestMain.
func Main(m *testing.M) {
	// The framework writes dozens of lines for each object to standard error otherwise.
	_ = os.Setenv("TF_LOG_SDK", "OFF")
	_ = os.Setenv("TF_LOG_PROVIDER_QUICKCONNECT", "OFF")
	// terraform-plugin-testing starts the CLI in this environment, and reads its output. Where this variable names a file
	// that is not there, OpenTofu says so in that output.
	_ = os.Unsetenv("TF_CLI_CONFIG_FILE")
	if OpenTofu() {
		// terraform-plugin-testing names each provider in two ways: with the namespace of a provider without a source, and
		// with one that Terraform 0.12 had. OpenTofu takes the first one alone, and only for its own registry.
		_ = os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org")
		_ = os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "hashicorp")
	}
	code := m.Run()
	if builtDir != "" {
		_ = os.RemoveAll(builtDir)
	}
	os.Exit(code)
}

// OpenTofu reports whether the CLI that tests use is OpenTofu.
func OpenTofu() bool {
	path, err := launch.FindTerraform()
	return err == nil && filepath.Base(path) == "tofu"
}

// NeedsTerraform skips the test with OpenTofu, for a reason that begins with what OpenTofu does.
func NeedsTerraform(tb testing.TB, reason string) {
	tb.Helper()
	if OpenTofu() {
		tb.Skip("OpenTofu " + reason)
	}
}

// builtDir holds the programs of this test process. Each process builds its own: what is tested is always what is on
// disk now.
var builtDir string

var makeBuiltDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "quickconnect-acctest-")
	builtDir = dir
	return dir, err
})

// The two providers are built together, the platform's program only where a test starts it.
var (
	buildProviders = sync.OnceValues(func() (string, error) {
		return build(".", "./internal/acctest/sink/cmd/terraform-provider-sink")
	})
	buildPlatform = sync.OnceValues(func() (string, error) { return build("./internal/cmd/quickconnectd") })
	buildCommand  = sync.OnceValues(func() (string, error) { return build("./internal/cmd/quickconnect") })
	// Policycheck, historycheck and browser are in modules of their own.
	buildBrowser = sync.OnceValues(func() (string, error) {
		dir, err := buildIn(filepath.Join("internal", "browser"), ".")
		if err != nil {
			return "", err
		}
		return dir, installAxe(filepath.Join(dir, "axe"))
	})
	buildHistorycheck = sync.OnceValues(func() (string, error) {
		return buildIn(filepath.Join("internal", "historycheck"), ".")
	})
	buildPolicycheck = sync.OnceValues(func() (string, error) {
		return buildIn(filepath.Join("internal", "policycheck"), ".")
	})
)

// build builds commands of this module and returns the directory they are in.
func build(packages ...string) (string, error) { return buildIn(".", packages...) }

// buildIn builds commands of a module below this one. It leaves GOFLAGS out: what they say need not hold there.
func buildIn(module string, packages ...string) (string, error) {
	dir, err := makeBuiltDir()
	if err != nil {
		return "", err
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	// With the flags of a release, so that the two share what the compiler made.
	flags := []string{"build", "-trimpath", "-buildvcs=false", "-o", dir + string(filepath.Separator)}
	cmd := exec.Command("go", append(flags, packages...)...)
	cmd.Dir, cmd.Env = filepath.Join(root, module), append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %v: %w\n%s", packages, err, out)
	}
	return dir, nil
}

// Root returns the directory of this module.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the working directory: run the tests inside the module")
		}
		dir = parent
	}
}

// Quickconnectd builds the program of the platform, and returns its path.
func Quickconnectd(tb testing.TB) string {
	tb.Helper()
	dir, err := buildPlatform()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "quickconnectd")
}

// OperatorPath puts quickconnect, quickconnectd and the CLI, as terraform, first on the path of scripts. The providers
// are programs from then on, so that a script may choose their token.
func (c *CLI) OperatorPath() {
	c.t.Helper()
	c.StartPrograms()
	programs := filepath.Dir(Quickconnectd(c.t))
	if _, err := buildCommand(); err != nil {
		c.t.Fatal(err)
	}
	cli := filepath.Join(c.t.TempDir(), "terraform")
	if err := os.Symlink(c.tf.Path, cli); err != nil {
		c.t.Fatal(err)
	}
	c.Set("PATH", filepath.Dir(cli)+":"+programs+":"+os.Getenv("PATH"))
}

// Quickconnect builds the operator's command, and returns its path.
func Quickconnect(tb testing.TB) string {
	tb.Helper()
	dir, err := buildCommand()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "quickconnect")
}

// Policycheck builds the program that runs policies with OPA, and returns its path.
func Policycheck(tb testing.TB) string {
	tb.Helper()
	dir, err := buildPolicycheck()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "policycheck")
}

// Historycheck builds the program that checks histories of rotations, and returns its path.
func Historycheck(tb testing.TB) string {
	tb.Helper()
	dir, err := buildHistorycheck()
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "historycheck")
}
