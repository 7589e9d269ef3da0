package main

import (
	"slices"
	"strings"
)

// allowed are the licences that the programs and their tests may contain.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "public domain"}

// unused are licence files of what no program contains.
var unused = map[string]string{
	"modernc.org/memory LICENSE-LOGO": "the address of a picture",
}

// fingerprint is a licence and what its text has, in lower case with single spaces. Nothing of without may be in the
// text.
type fingerprint struct {
	licence string
	has     []string
	without []string
}

const (
	redistribution = "redistribution and use in source and binary forms"
	mozilla        = "mozilla public license"
	endorsement    = "used to endorse or promote products"
)

// fingerprints are the licences that can be told apart. Those that are not allowed are here so that they are found in a
// file which has an allowed one too. The text of MPL-2.0 names its version 1.1 and the GPL.
var fingerprints = []fingerprint{
	{licence: "Apache-2.0", has: []string{"apache license", "version 2.0, january 2004"}},
	{licence: "Apache-2.0", has: []string{"licensed under the apache license, version 2.0"}},
	{licence: "BSD-2-Clause", has: []string{redistribution}, without: []string{endorsement}},
	{licence: "BSD-3-Clause", has: []string{redistribution, endorsement}, without: []string{"all advertising materials"}},
	{licence: "BSD-4-Clause", has: []string{redistribution, "all advertising materials"}},
	{licence: "ISC", has: []string{"permission to use, copy, modify, and distribute this software for any purpose"}},
	{licence: "ISC", has: []string{"permission to use, copy, modify, and/or distribute this software for any purpose"}},
	{licence: "MIT", has: []string{"permission is hereby granted, free of charge, to any person obtaining a copy"}},
	{licence: "public domain", has: []string{"sqlite", "dedicated to the public domain by the authors"}},
	{licence: "MPL-2.0", has: []string{mozilla, "version 2.0"}},
	{licence: "MPL-1.1", has: []string{mozilla, "version 1.1"}, without: []string{"version 2.0"}},
	{licence: "GPL", has: []string{"gnu general public license"}, without: []string{mozilla}},
	{licence: "AGPL", has: []string{"gnu affero general public license"}, without: []string{mozilla}},
	{licence: "LGPL", has: []string{"gnu lesser general public license"}, without: []string{mozilla}},
	{licence: "BUSL", has: []string{"business source license"}},
	{licence: "SSPL", has: []string{"server side public license"}},
	{licence: "Commons Clause", has: []string{"commons clause"}},
}

// identify returns the licences whose text is in a file.
func identify(text string) (found []string) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	contains := func(part string) bool { return strings.Contains(text, part) }
	for _, f := range fingerprints {
		missing := slices.ContainsFunc(f.has, func(part string) bool { return !contains(part) })
		if !missing && !slices.ContainsFunc(f.without, contains) && !slices.Contains(found, f.licence) {
			found = append(found, f.licence)
		}
	}
	return found
}

// refuse returns why a module may not be used, and "" if it may be.
func refuse(m module) string {
	if len(m.files) == 0 {
		return "has no licence file"
	}
	for _, f := range m.files {
		if unused[m.path+" "+f.name] != "" {
			continue
		}
		licences := identify(f.text)
		if len(licences) == 0 && !f.notice {
			return f.name + " is of no known licence: read it, and add a fingerprint"
		}
		for _, licence := range licences {
			if !slices.Contains(allowed, licence) {
				return f.name + " is of the licence " + licence + ", which is not allowed: use another module"
			}
		}
	}
	return ""
}
