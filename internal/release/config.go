// Package release builds programs in the way that .goreleaser.yaml says, which is the only place that says it. With it,
// tests show that a build can be repeated and that the CLIs install what a release has, without goreleaser.
package release

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// Config is the part of .goreleaser.yaml that is about programs and their names.
type Config struct {
	ProjectName string    `yaml:"project_name"`
	Builds      []Build   `yaml:"builds"`
	Archives    []Archive `yaml:"archives"`
	SBOMs       []Made    `yaml:"sboms"`
	Checksum    Checksum  `yaml:"checksum"`
	Signs       []Made    `yaml:"signs"`
}

// Made is a step that makes files of others. Its files have its id.
type Made struct {
	ID        string   `yaml:"id"`
	IDs       []string `yaml:"ids"`
	Artifacts string   `yaml:"artifacts"`
}

// Build is how a program is built for some platforms.
type Build struct {
	ID        string   `yaml:"id"`
	Main      string   `yaml:"main"`
	Binary    string   `yaml:"binary"`
	Env       []string `yaml:"env"`
	Flags     []string `yaml:"flags"`
	Ldflags   []string `yaml:"ldflags"`
	Systems   []string `yaml:"goos"`
	Processor []string `yaml:"goarch"`
	Ignore    []Target `yaml:"ignore"`
}

// Target is a platform that a program is built for.
type Target struct {
	OS   string `yaml:"goos"`
	Arch string `yaml:"goarch"`
}

// Archive is the file that a program is released in.
type Archive struct {
	IDs          []string `yaml:"ids"`
	Formats      []string `yaml:"formats"`
	NameTemplate string   `yaml:"name_template"`
	Files        []any    `yaml:"files"`
}

// Checksum is the file with the sums.
type Checksum struct {
	IDs          []string    `yaml:"ids"`
	NameTemplate string      `yaml:"name_template"`
	ExtraFiles   []ExtraFile `yaml:"extra_files"`
}

// ExtraFile is a file that is released under a name of its own.
type ExtraFile struct {
	Glob         string `yaml:"glob"`
	NameTemplate string `yaml:"name_template"`
}

// Read reads the configuration in the root of the project.
func Read(root string) (c Config, err error) {
	data, err := os.ReadFile(filepath.Join(root, ".goreleaser.yaml"))
	if err != nil {
		return c, err
	}
	if err := yaml.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf(".goreleaser.yaml: %w", err)
	}
	if c.ProjectName == "" || len(c.Builds) == 0 {
		return c, errors.New(".goreleaser.yaml has no project_name or no builds")
	}
	return c, nil
}

// Build returns the build with an id.
func (c Config) Build(id string) (Build, error) {
	for _, b := range c.Builds {
		if b.ID == id {
			return b, nil
		}
	}
	return Build{}, fmt.Errorf(".goreleaser.yaml has no build %q", id)
}

// Archive returns the archive of a build.
func (c Config) Archive(id string) (Archive, error) {
	for _, a := range c.Archives {
		if len(a.IDs) == 1 && a.IDs[0] == id {
			return a, nil
		}
	}
	return Archive{}, fmt.Errorf(".goreleaser.yaml has no archive with %q alone", id)
}

// Targets returns the platforms that a program is built for.
func (b Build) Targets() (targets []Target) {
	ignored := map[Target]bool{}
	for _, t := range b.Ignore {
		ignored[t] = true
	}
	for _, system := range b.Systems {
		for _, arch := range b.Processor {
			if t := (Target{system, arch}); !ignored[t] {
				targets = append(targets, t)
			}
		}
	}
	return targets
}

// Expand fills in a template. It knows what is the same in every build of a version. Any other field, such as the date,
// is an error: with it, a build could not be repeated.
func (c Config) Expand(text, version string, t Target) (string, error) {
	parsed, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", fmt.Errorf("%q in .goreleaser.yaml: %w", text, err)
	}
	var out strings.Builder
	err = parsed.Execute(&out, map[string]string{
		"ProjectName": c.ProjectName, "Version": version, "Os": t.OS, "Arch": t.Arch,
	})
	if err != nil {
		return "", fmt.Errorf("%q in .goreleaser.yaml: %w", text, err)
	}
	return out.String(), nil
}
