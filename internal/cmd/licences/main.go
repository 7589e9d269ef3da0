// Command licences checks the licences of all modules that the programs and the tests use, and writes the notices that
// a release passes on. It reads the modules that are on this machine, and needs no network.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// systems are the operating systems that a release has programs for. What a program imports depends on it.
var systems = []string{"darwin", "freebsd", "linux", "windows"}

// shipped are the commands whose programs a release has.
var shipped = []string{".", "./internal/cmd/quickconnectd", "./internal/cmd/quickconnect"}

func main() {
	target := flag.String("write", "", "the `FILE` to write the notices of the released programs to")
	flag.Parse()
	if err := run(context.Background(), *target); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, target string) error {
	released := map[string]module{}
	for _, system := range systems {
		// quickconnectd is for Linux and macOS, but what it imports elsewhere has the same modules.
		if err := modules(ctx, system, released, shipped...); err != nil {
			return err
		}
	}
	used := maps.Clone(released)
	if err := modules(ctx, runtime.GOOS, used, "-test", "./..."); err != nil {
		return err
	}
	if err := check(used); err != nil {
		return err
	}
	fmt.Printf("%d modules have licences that are allowed, %d of them are in the programs\n", len(used), len(released))
	if target == "" {
		return nil
	}
	text, err := notices(ctx, released)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return err
	}
	return os.WriteFile(target, []byte(text), 0o644) //nolint:gosec // it is in what everybody can download
}

// check returns an error that names each module which may not be used.
func check(found map[string]module) error {
	if len(found) == 0 {
		return errors.New("there are no modules: run this in the root of the project")
	}
	var refused []error
	for _, path := range slices.Sorted(maps.Keys(found)) {
		if why := refuse(found[path]); why != "" {
			refused = append(refused, fmt.Errorf("%s %s: %s", path, found[path].version, why))
		}
	}
	return errors.Join(refused...)
}

// notices returns the licence texts of modules and of Go itself.
func notices(ctx context.Context, found map[string]module) (string, error) {
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	golang, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "LICENSE"))
	if err != nil {
		return "", fmt.Errorf("the licence of Go: %w", err)
	}
	var b strings.Builder
	b.WriteString("The programs contain Go's standard library and these modules.\n")
	add := func(title, text string) {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", title, strings.Repeat("-", len(title)), strings.TrimSpace(text))
	}
	add("Go, LICENSE", string(golang))
	for _, path := range slices.Sorted(maps.Keys(found)) {
		m := found[path]
		for _, f := range m.files {
			add(m.path+" "+m.version+", "+f.name, f.text)
		}
	}
	return b.String(), nil
}
