package acctest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/launch"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/release"
)

// The archive of a release, in a directory that is a mirror, is all that a machine without a network needs. The lock
// file then refuses another archive under the same version.
func TestInstallFromMirror(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	mirror := t.TempDir()
	tf.UseMirror(mirror)
	tf.Write("main.tf", `
terraform {
  required_providers {
    quickconnect = {
      source  = "quickconnect/quickconnect"
      version = "1.2.3"
    }
  }
}

resource "quickconnect_rotation_policy" "tokens" {
  name     = "tokens"
  interval = "720h"
  overlap  = "24h"
}
`)
	tf.Run("init").Want(1).Has("quickconnect/quickconnect")

	archive := archiveForMirror(t, mirror)
	tf.Run("init").Want(0).Has("Installed quickconnect/quickconnect v1.2.3")
	tf.Plan(2).Has("quickconnect_rotation_policy.tokens will be created")
	if lock, err := os.ReadFile(filepath.Join(tf.Dir, ".terraform.lock.hcl")); err != nil || len(lock) == 0 {
		t.Errorf("there is no lock file: %v", err)
	}

	// Another program in the archive of the same version.
	for _, name := range archive.paths {
		other := filepath.Join(t.TempDir(), filepath.Base(archive.program))
		if err := os.WriteFile(other, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		archive.zip(t, other, filepath.Dir(name))
	}
	if err := os.RemoveAll(filepath.Join(tf.Dir, ".terraform")); err != nil {
		t.Fatal(err)
	}
	tf.Run("init").Want(1).Has("checksums")
}

// released is the provider as a release has it, in a mirror.
type released struct {
	config  release.Config
	target  release.Target
	program string
	paths   []string
}

func archiveForMirror(t *testing.T, mirror string) (r released) {
	t.Helper()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	if r.config, err = release.Read(root); err != nil {
		t.Fatal(err)
	}
	r.target = release.Target{OS: runtime.GOOS, Arch: runtime.GOARCH}
	r.program, err = r.config.Compile(t.Context(), root, "provider", "1.2.3", r.target, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, registry := range launch.Registries {
		dir := filepath.Join(mirror, registry, "quickconnect", "quickconnect")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		r.paths = append(r.paths, r.zip(t, r.program, dir))
	}
	return r
}

func (r released) zip(t *testing.T, program, dir string) string {
	t.Helper()
	path, err := r.config.Zip("provider", "1.2.3", r.target, program, dir)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
