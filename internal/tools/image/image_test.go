package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// quickconnectd builds the program as a release does, for this machine.
func quickconnectd(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "quickconnectd")
	cmd := exec.Command("go", "build", "-C", "../../..", "-trimpath", "-o", out, "./internal/cmd/quickconnectd")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return out
}

// forProcessor returns a copy of a program whose header says that it is for another processor. It does not run, but
// building a second program would take minutes.
func forProcessor(t *testing.T, path string, machine elf.Machine) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint16(data[18:], uint16(machine))
	out := filepath.Join(t.TempDir(), "quickconnectd")
	if err := os.WriteFile(out, data, 0o700); err != nil {
		t.Fatal(err)
	}
	return out
}

func makeImage(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	args = append([]string{"-version", "1.2.3", "-time", "1700000000"}, args...)
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

// The image, unpacked, is a whole file system: the program serves in it, without root and with nothing else.
func TestImageRuns(t *testing.T) {
	program := quickconnectd(t)
	archive := filepath.Join(t.TempDir(), "image.tar")
	makeImage(t, "-ref", "example.com/quickconnectd:1.2.3", "-out", archive, runtime.GOARCH+"="+program)
	image := open(t, archive)
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c := config.Config; c.User != "65532:65532" || c.Entrypoint[0] != "/usr/bin/quickconnectd" || c.Cmd[0] != "serve" {
		t.Errorf("the image runs %v %v as %q", c.Entrypoint, c.Cmd, c.User)
	}
	files := mutate.Extract(image)
	root := t.TempDir()
	unpack(t, files, root)
	certificates, err := os.ReadFile(filepath.Join(root, roots))
	if err != nil || bytes.Count(certificates, []byte("BEGIN CERTIFICATE")) < 50 {
		t.Errorf("%d bytes of certificates, %v", len(certificates), err)
	}
	if os.Getuid() != 0 {
		t.Skip("only root can change the root directory of a process")
	}
	serve(t, root, config.Config)
}

// serve starts what the image starts, in its file system and as its user.
func serve(t *testing.T, root string, config v1.Config) {
	t.Helper()
	cmd := exec.Command(config.Entrypoint[0], append(config.Cmd, "--listen", "127.0.0.1:0")...)
	cmd.Env, cmd.Dir = config.Env, config.WorkingDir
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: root, Credential: &syscall.Credential{Uid: userID, Gid: userID}, Pdeathsig: syscall.SIGKILL,
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if !strings.HasPrefix(line, "listening on http://127.0.0.1:") {
		t.Errorf("%q, %v", line, err)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
}

// Two images of the same programs are equal, also in a registry.
func TestImagesAreReproducible(t *testing.T) {
	program := quickconnectd(t)
	amd64, arm64 := forProcessor(t, program, elf.EM_X86_64), forProcessor(t, program, elf.EM_AARCH64)
	server := httptest.NewServer(registry.New())
	t.Cleanup(server.Close)
	ref := strings.TrimPrefix(server.URL, "http://") + "/quickconnectd:1.2.3"
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.tar"), filepath.Join(dir, "second.tar")
	digest := makeImage(t, "-ref", ref, "-out", first, "-push", "amd64="+amd64, "arm64="+arm64)
	again := makeImage(t, "-ref", ref, "-out", second, "amd64="+amd64, "arm64="+arm64)
	one, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(second)
	if err != nil || digest != again || !bytes.Equal(one, two) {
		t.Errorf("two images differ: %s, %s, %v", digest, again, err)
	}
	parsed, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	pushed, err := remote.Index(parsed)
	if err != nil {
		t.Fatal(err)
	}
	if hash, err := pushed.Digest(); err != nil || !strings.HasSuffix(digest, "@"+hash.String()) {
		t.Errorf("the registry has %s, want %s: %v", hash, digest, err)
	}
	manifest, err := pushed.IndexManifest()
	if err != nil || len(manifest.Manifests) != 2 || manifest.Manifests[1].Platform.Architecture != "arm64" {
		t.Errorf("%+v, %v", manifest, err)
	}
}

func TestWrongProgramsAreRefused(t *testing.T) {
	program := forProcessor(t, quickconnectd(t), elf.EM_X86_64)
	for name, args := range map[string][]string{
		"another processor": {"-ref", "r", "-out", filepath.Join(t.TempDir(), "x"), "arm64=" + program},
		"no ELF":            {"-ref", "r", "-out", filepath.Join(t.TempDir(), "x"), "amd64=image_test.go"},
		"nothing to do":     {"-ref", "r", "amd64=" + program},
		"no program":        {"-ref", "r", "-push"},
		"no architecture":   {"-ref", "r", "-push", program},
	} {
		args = append([]string{"-version", "1.2.3", "-time", "1700000000"}, args...)
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// open reads the only image of an archive.
func open(t *testing.T, archive string) v1.Image {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	dir := t.TempDir()
	unpack(t, file, dir)
	outer, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := outer.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("%+v, %v", manifest, err)
	}
	index, err := outer.ImageIndex(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	if manifest, err = index.IndexManifest(); err != nil {
		t.Fatal(err)
	}
	image, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func unpack(t *testing.T, from io.Reader, dir string) {
	t.Helper()
	for r := tar.NewReader(from); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
		} else {
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, os.FileMode(h.Mode)); err != nil {
				t.Fatal(err)
			}
		}
		if os.Getuid() == 0 {
			if err := errors.Join(os.Chown(path, h.Uid, h.Gid), os.Chmod(path, os.FileMode(h.Mode))); err != nil {
				t.Fatal(err)
			}
		}
	}
}
