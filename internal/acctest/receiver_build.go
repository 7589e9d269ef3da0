package acctest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// receiverMade is how the receiver in one language is made.
type receiverMade struct {
	needs   []string // programs
	prepare func() (dir string, err error)
	build   func(dir, prepared string) error // of a receiver with other code
	command func(dir string) *exec.Cmd
}

// receiverFiles are what the receivers are made of. The first file has the code.
var receiverFiles = map[string][]string{
	"go":     {"main.go", "go.mod"},
	"node":   {"receiver.mjs", "package.json", "package-lock.json"},
	"python": {"receiver.py"},
}

var receivers = map[string]receiverMade{
	"go": {
		needs:   []string{"go"},
		prepare: sync.OnceValues(func() (string, error) { return prepareReceiver("go", buildGoReceiver) }),
		build:   func(dir, _ string) error { return buildGoReceiver(dir) },
		command: func(dir string) *exec.Cmd { return exec.Command(filepath.Join(dir, "quickconnect-receiver")) },
	},
	"node": {
		needs: []string{"node", "npm"},
		prepare: sync.OnceValues(func() (string, error) {
			return prepareReceiver("node", func(dir string) error { return runIn(dir, "npm", "ci", "--no-audit", "--no-fund") })
		}),
		build: func(dir, prepared string) error {
			return os.Symlink(filepath.Join(prepared, "node_modules"), filepath.Join(dir, "node_modules"))
		},
		command: func(dir string) *exec.Cmd { return exec.Command("node", filepath.Join(dir, "receiver.mjs")) },
	},
	"python": {
		needs: []string{"python3"},
		prepare: sync.OnceValues(func() (string, error) {
			return prepareReceiver("python",
				func(string) error { return nil })
		}),
		build:   func(string, string) error { return nil },
		command: func(dir string) *exec.Cmd { return exec.Command("python3", filepath.Join(dir, "receiver.py")) },
	},
}

func buildGoReceiver(dir string) error {
	return runIn(dir, "go", "build", "-o", "quickconnect-receiver", ".")
}

// prepareReceiver copies a receiver and builds or installs it there: the tests leave nothing among the examples.
func prepareReceiver(language string, build func(dir string) error) (string, error) {
	built, err := makeBuiltDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(built, "receiver-"+language)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if err := copyReceiver(language, dir, ""); err != nil {
		return "", err
	}
	return dir, build(dir)
}

// copyReceiver copies what a receiver is made of, with changes in its code, and work where its owner's code belongs.
func copyReceiver(language, target, work string, changes ...string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	for i, name := range receiverFiles[language] {
		data, err := os.ReadFile(filepath.Join(root, "examples", "receivers", language, name))
		if err != nil {
			return err
		}
		if i == 0 {
			data = []byte(strings.NewReplacer(changes...).Replace(string(data)))
		}
		if i == 0 && work != "" {
			lines := strings.Split(string(data), "\n")
			at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, workLine) })
			if at < 0 {
				return fmt.Errorf("the receiver in %s does not say %q", language, workLine)
			}
			lines[at] = work
			data = []byte(strings.Join(lines, "\n"))
		}
		if err := os.WriteFile(filepath.Join(target, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// runIn runs a program in a directory, without the caller's GOWORK and GOFLAGS: those are meant for this module.
func runIn(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-trimpath", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, out)
	}
	return nil
}
