package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/release"
)

const (
	root    = "../.."
	version = "1.2.3"
)

var linux = release.Target{OS: "linux", Arch: "amd64"}

func read(t *testing.T) release.Config {
	t.Helper()
	c, err := release.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A build of the same sources in another directory has the same hash. `make release-check` does this for all platforms,
// with goreleaser and without the build cache.
func TestBuildsAreReproducible(t *testing.T) {
	t.Parallel()
	c := read(t)
	other := copyOfSources(t)
	for _, id := range []string{"provider", "platform", "command"} {
		var sums []string
		for _, sources := range []string{root, other} {
			program, err := c.Compile(t.Context(), sources, id, version, linux, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			sum, err := release.Sum(program)
			if err != nil {
				t.Fatal(err)
			}
			sums = append(sums, sum)
			wantVersion(t, id, program)
		}
		if sums[0] != sums[1] {
			t.Errorf("%s: %s and %s: the program depends on where or when it is built", id, sums[0], sums[1])
		}
	}
}

// wantVersion checks that the version is in the program.
func wantVersion(t *testing.T, id, program string) {
	t.Helper()
	name := map[string]string{"platform": "quickconnectd", "command": "quickconnect"}[id]
	if name == "" || runtime.GOOS != linux.OS || runtime.GOARCH != linux.Arch {
		return
	}
	out, err := exec.Command(program, "version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), name+" "+version+" ") {
		t.Errorf("%v: %s", err, out)
	}
}

// copyOfSources copies what the programs are built from.
func copyOfSources(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "internal"), os.DirFS(filepath.Join(root, "internal"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.go", "go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The registry takes a release only with these names.
func TestNamesFitTheRegistry(t *testing.T) {
	t.Parallel()
	c := read(t)
	build, err := c.Build("provider")
	if err != nil {
		t.Fatal(err)
	}
	archive, err := c.Archive("provider")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Checksum.ExtraFiles) != 1 || c.Checksum.ExtraFiles[0].Glob != "terraform-registry-manifest.json" {
		t.Fatalf("the sums are of %+v besides the archives, and not of the manifest", c.Checksum.ExtraFiles)
	}
	for what, name := range map[string]struct{ template, want string }{
		"program":  {build.Binary, "terraform-provider-quickconnect_v1.2.3"},
		"archive":  {archive.NameTemplate, "terraform-provider-quickconnect_1.2.3_linux_amd64"},
		"sums":     {c.Checksum.NameTemplate, "terraform-provider-quickconnect_1.2.3_SHA256SUMS"},
		"manifest": {c.Checksum.ExtraFiles[0].NameTemplate, "terraform-provider-quickconnect_1.2.3_manifest.json"},
	} {
		if got, err := c.Expand(name.template, version, linux); err != nil || got != name.want {
			t.Errorf("%s: %q, %v, want %q", what, got, err, name.want)
		}
	}
	if !slices.Equal(archive.Formats, []string{"zip"}) || len(archive.Files) != 1 || archive.Files[0] != "none*" {
		t.Errorf("the archive has %v in %v, want the program alone in a zip", archive.Files, archive.Formats)
	}
	for _, want := range []release.Target{linux, {"linux", "arm64"}, {"darwin", "arm64"}, {"windows", "amd64"}} {
		if !slices.Contains(build.Targets(), want) {
			t.Errorf("there is no provider for %v", want)
		}
	}
	if slices.Contains(build.Targets(), release.Target{OS: "darwin", Arch: "386"}) {
		t.Error("ignored platforms are built")
	}
}

// The registry refuses sums of files that it is not given, and a signature older than the sums, which goreleaser
// writes again after it has signed them. What the sums do not have has a signature of its own.
func TestSumsAreOfWhatTheRegistryTakes(t *testing.T) {
	t.Parallel()
	c := read(t)
	if !slices.Equal(c.Checksum.IDs, []string{"provider"}) {
		t.Errorf("the sums are of %v, want those of the provider alone", c.Checksum.IDs)
	}
	signed := map[string]bool{}
	for _, s := range c.Signs {
		signed[strings.Join(append([]string{s.Artifacts}, s.IDs...), " ")] = true
	}
	for _, what := range []string{"checksum", "archive platform", "archive command", "package", "sbom"} {
		if !signed[what] {
			t.Errorf("nothing signs %q: %v", what, signed)
		}
	}
	for _, made := range append(c.SBOMs, c.Signs...) {
		if made.ID == "" || slices.Contains(c.Checksum.IDs, made.ID) {
			t.Errorf("the files of %+v would be in the sums", made)
		}
	}
}

func TestWhatChangesIsRefused(t *testing.T) {
	t.Parallel()
	if got, err := read(t).Expand("-X main.date={{ .Date }}", version, linux); err == nil {
		t.Errorf("the date of the build gets into the program: %q", got)
	}
}

// What `make` builds is what a release has.
func TestMakeBuildsTheSame(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("make", "-n", "-C", root, "build", "VERSION="+version).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := read(t)
	for _, b := range c.Builds {
		args, err := c.Arguments(b, version, linux)
		if err != nil {
			t.Fatal(err)
		}
		last := len(args) - 1
		args[last] = `"` + args[last] + `"`
		want := strings.Join(b.Env, " ") + " go build " + strings.Join(args, " ")
		if !strings.Contains(string(out), want) {
			t.Errorf("make builds %s without %q:\n%s", b.ID, want, out)
		}
	}
}
