package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLicencesOfAllModules(t *testing.T) {
	t.Chdir("../../..")
	target := filepath.Join(t.TempDir(), "NOTICES")
	if err := run(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nGo, LICENSE\n", "\ngithub.com/hashicorp/terraform-plugin-framework v", "\nmodernc.org/sqlite v",
		"\ngithub.com/inconshreveable/mousetrap v", // only in programs for Windows
		"Mozilla Public License, version 2.0",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the notices have no %q", want)
		}
	}
	if strings.Contains(string(text), "terraform-plugin-testing") {
		t.Error("the notices have a module that only tests use")
	}
}

func TestIdentify(t *testing.T) {
	const mit = "Permission is hereby granted, free of charge, to any person\n  obtaining a copy"
	const bsd = "Redistribution and use in source and binary forms"
	const mpl = "Mozilla Public License Version 2.0 ... GNU General Public License, version 1.1 of the License"
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"MIT over lines":         {mit, []string{"MIT"}},
		"two in a file":          {mit + " Apache License Version 2.0, January 2004", []string{"Apache-2.0", "MIT"}},
		"BSD with two clauses":   {bsd, []string{"BSD-2-Clause"}},
		"BSD with three clauses": {bsd + " used to endorse or promote products", []string{"BSD-3-Clause"}},
		"MPL names the GPL":      {mpl, []string{"MPL-2.0"}},
		"GPL":                    {"GNU GENERAL PUBLIC LICENSE Version 3", []string{"GPL"}},
		"older MPL":              {"Mozilla Public License Version 1.1", []string{"MPL-1.1"}},
		"unknown":                {"All rights reserved.", nil},
	} {
		if got := identify(tc.text); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestRefuse(t *testing.T) {
	mit := file{name: "LICENSE", text: "Permission is hereby granted, free of charge, to any person obtaining a copy"}
	for want, files := range map[string][]file{
		"has no licence file":        nil,
		"LICENSE is of no known":     {{name: "LICENSE", text: "All rights reserved."}},
		"the licence Commons Clause": {mit, {name: "LICENSE-ADDITION", text: "\"Commons Clause\" License Condition"}},
		"":                           {mit, {name: "NOTICE", text: "It has a logo.", notice: true}},
	} {
		got := refuse(module{path: "example.com/m", files: files})
		if !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
