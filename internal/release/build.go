package release

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Arguments returns the flags of `go build` for a version.
func (c Config) Arguments(b Build, version string, t Target) ([]string, error) {
	args := append([]string{}, b.Flags...)
	for _, flags := range b.Ldflags {
		expanded, err := c.Expand(flags, version, t)
		if err != nil {
			return nil, err
		}
		args = append(args, "-ldflags", expanded)
	}
	return args, nil
}

// Compile builds a program from the sources in root, and returns its path in dir.
func (c Config) Compile(ctx context.Context, root, id, version string, t Target, dir string) (string, error) {
	b, err := c.Build(id)
	if err != nil {
		return "", err
	}
	name, err := c.Expand(b.Binary, version, t)
	if err != nil {
		return "", err
	}
	args, err := c.Arguments(b, version, t)
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, name)
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"build"}, args...), "-o", out, b.Main)...)
	cmd.Dir = root
	// What the machine's own GOFLAGS say is no part of a release.
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOOS="+t.OS, "GOARCH="+t.Arch), b.Env...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s for %s/%s: %w\n%s", b.Main, t.OS, t.Arch, err, output)
	}
	return out, nil
}

// Zip puts a program into the archive of its build, and returns the archive's path in dir.
func (c Config) Zip(id, version string, t Target, program, dir string) (path string, err error) {
	a, err := c.Archive(id)
	if err != nil {
		return "", err
	}
	name, err := c.Expand(a.NameTemplate, version, t)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(filepath.Clean(program))
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, name+".zip")
	file, err := os.Create(filepath.Clean(path))
	if err != nil {
		return "", err
	}
	archive := zip.NewWriter(file)
	header := &zip.FileHeader{Name: filepath.Base(program), Method: zip.Deflate}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err == nil {
		_, err = entry.Write(data)
	}
	if closing := archive.Close(); err == nil {
		err = closing
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	return path, err
}

// Sum returns the SHA-256 of a file, in hexadecimal.
func Sum(path string) (string, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	return hex.EncodeToString(h.Sum(nil)), err
}
