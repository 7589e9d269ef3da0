package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is a module whose packages are used, with the licence files that hold for them.
type module struct {
	path, version string
	files         []file
}

// file is a licence file. A notice is what some licences want to be passed on beside them.
type file struct {
	name, text string
	notice     bool
}

var (
	licenceName = regexp.MustCompile(`(?i)^(licen[sc]e|copying|copyright|unlicense|patents|notice)([-._].*)?$`)
	noticeName  = regexp.MustCompile(`(?i)^(notice|patents|copyright)`)
)

// listed is a package as `go list -json` prints it.
type listed struct {
	Dir    string
	Module *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// modules returns the modules of packages and of what these import, for one operating system.
func modules(ctx context.Context, system string, found map[string]module, args ...string) error {
	args = append([]string{"list", "-deps", "-json=Dir,Module"}, args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		m := found[p.Module.Path]
		m.path, m.version = p.Module.Path, p.Module.Version
		if err := m.addFiles(p.Dir, p.Module.Dir); err != nil {
			return err
		}
		found[m.path] = m
	}
}

// addFiles adds the licence files of a package: those in its directory and in the ones above it, up to the module's.
func (m *module) addFiles(dir, top string) error {
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			name, err := filepath.Rel(top, filepath.Join(dir, entry.Name()))
			if err != nil {
				return err
			}
			known := slices.ContainsFunc(m.files, func(f file) bool { return f.name == name })
			if known || entry.IsDir() || filepath.Ext(name) == ".go" || !licenceName.MatchString(entry.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Clean(filepath.Join(dir, entry.Name())))
			if err != nil {
				return err
			}
			m.files = append(m.files, file{name, string(text), noticeName.MatchString(entry.Name())})
		}
		if dir == top {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}
