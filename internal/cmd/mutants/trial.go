package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// What can come of a mutant.
const (
	killed   = "killed"
	survived = "SURVIVED"
	invalid  = "invalid"
)

// trial runs the tests over mutants.
type trial struct {
	then  []string
	limit time.Duration
	uses  map[string]string // the directories that the tests of packages use, a line each
}

// try runs the tests of the mutant's own package and then the others, until one fails.
func (t trial) try(ctx context.Context, m mutant) (string, error) {
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return "", fmt.Errorf("make a directory for the overlay: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	overlay, err := writeOverlay(dir, m)
	if err != nil {
		return "", err
	}
	own := "./" + filepath.Dir(m.file)
	if err := goCommand(ctx, t.limit, "build", "-overlay", overlay, own); err != nil {
		return invalid, ctx.Err()
	}
	for _, packages := range append([]string{own}, t.then...) {
		if reaches, err := t.reaches(ctx, packages, own); err != nil || !reaches {
			if err != nil {
				return "", err
			}
			continue
		}
		if err := goCommand(ctx, t.limit, "test", "-count=1", "-failfast", "-overlay", overlay, packages); err != nil {
			return killed, ctx.Err()
		}
	}
	return survived, nil
}

// reaches reports whether the tests of the packages use the package that a mutant is in.
func (t trial) reaches(ctx context.Context, packages, own string) (bool, error) {
	dir, err := filepath.Abs(own)
	if err != nil {
		return false, fmt.Errorf("find the package of a mutant: %w", err)
	}
	if t.uses[packages] == "" {
		out, err := exec.CommandContext(ctx, "go", "list", "-test", "-deps", "-f", "{{.Dir}}", packages).Output()
		if err != nil {
			return false, fmt.Errorf("list what the tests of %s use: %w", packages, err)
		}
		t.uses[packages] = "\n" + string(out)
	}
	return strings.Contains(t.uses[packages], "\n"+dir+"\n"), nil
}

func writeOverlay(dir string, m mutant) (string, error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", fmt.Errorf("read a source file: %w", err)
	}
	changed := bytes.Join([][]byte{source[:m.start], []byte(m.text), source[m.end:]}, nil)
	replacement := filepath.Join(dir, filepath.Base(m.file))
	absolute, absErr := filepath.Abs(m.file)
	description, jsonErr := json.Marshal(map[string]map[string]string{"Replace": {absolute: replacement}})
	overlay := filepath.Join(dir, "overlay.json")
	err = errors.Join(absErr, jsonErr)
	for path, data := range map[string][]byte{replacement: changed, overlay: description} {
		err = errors.Join(err, os.WriteFile(path, data, 0o600))
	}
	if err != nil {
		return "", fmt.Errorf("write the overlay: %w", err)
	}
	return overlay, nil
}

func goCommand(ctx context.Context, limit time.Duration, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return exec.CommandContext(ctx, "go", args...).Run()
}
