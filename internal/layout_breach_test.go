package internal_test

import (
	"strings"
	"testing"
)

// code returns a package whose code imports these packages, which are named like the package below internal/.
func code(from string, to ...string) goPackage {
	return goPackage{ImportPath: full(from), Imports: fullAll(to), Deps: fullAll(to)}
}

// reaching returns a package whose code imports these packages through others.
func reaching(from string, to ...string) goPackage {
	return goPackage{ImportPath: full(from), Deps: fullAll(to)}
}

// tested returns a package whose tests import these packages.
func tested(from string, to ...string) goPackage {
	return goPackage{ImportPath: full(from), TestImports: fullAll(to)}
}

// outside returns a package whose tests in a package of their own import these packages.
func outside(from string, to ...string) goPackage {
	return goPackage{ImportPath: full(from), XTestImports: fullAll(to)}
}

func full(name string) string {
	if name == module || strings.HasPrefix(name, terraform) {
		return name
	}
	return internal + name
}

func fullAll(names []string) (paths []string) {
	for _, name := range names {
		paths = append(paths, full(name))
	}
	return paths
}

const (
	kind      = "provider/connector"
	otherKind = "provider/scopedtoken"
)

// Each rule must report an import that breaks it.
func TestBreachesAreSeen(t *testing.T) {
	for name, tc := range map[string]struct {
		p    goPackage
		want int
	}{
		"a pure package imports one of ours":      {code("rotation", "clock"), 1},
		"api may import secret":                   {code("api", "secret"), 0},
		"api imports clock":                       {reaching("api", "clock"), 1},
		"client reaches platform through another": {reaching("client", "api", "platform/store"), 1},
		"client imports Terraform":                {reaching("client", terraform+"-plugin-framework/types"), 1},
		"client's test imports platform":          {outside("client", "platform"), 1},
		"client's test uses acctest":              {outside("client", "acctest", "client"), 0},
		"platform imports provider":               {reaching("platform/store", "provider/tfkit"), 1},
		"platform imports the plugin log":         {reaching("platform", terraform+"-plugin-log/tflog"), 1},
		"platform imports its own":                {reaching("platform", "platform/keyring"), 0},
		"a kind imports a kind":                   {code(kind, otherKind), 1},
		"a kind's test imports a kind":            {tested(kind, otherKind), 1},
		"a kind imports a part of tfkit":          {code(kind, "provider/tfkit/writeonly"), 0},
		"a part of tfkit imports a kind":          {code("provider/tfkit/writeonly", kind), 1},
		"a kind imports tfkit":                    {code(kind, "provider/tfkit"), 0},
		"a kind's test imports the kind":          {outside(kind, kind), 0},
		"tfkit imports a kind":                    {code("provider/tfkit", kind), 1},
		"a kind imports rotate":                   {code(kind, "provider/rotate"), 0},
		"rotate imports tfkit and rotation":       {code("provider/rotate", "provider/tfkit", "rotation"), 0},
		"rotate imports a kind":                   {code("provider/rotate", kind), 1},
		"tfkit imports rotate":                    {code("provider/tfkit", "provider/rotate"), 1},
		"provider imports its kinds":              {code("provider", kind), 0},
		"provider's test imports platform":        {tested(kind, "platform"), 1},
		"quickconnectd imports the provider":      {reaching("cmd/quickconnectd", "provider"), 1},
		"quickconnect reaches the platform":       {reaching("cmd/quickconnect", "platform/keys"), 1},
		"export reaches the platform":             {reaching("export", "platform"), 1},
		"acctest may import all":                  {reaching("acctest", "platform", "provider"), 0},
		"acctest uses the test framework":         {tested("acctest", terraform+"-plugin-testing/helper/resource"), 0},
		"a kind uses the test framework":          {tested(kind, terraform+"-plugin-testing/helper/resource"), 1},
		"tftest reaches the provider":             {reaching("tftest", "provider"), 1},
		"the provider's program imports tftest":   {code(module, "tftest"), 1},
		"the provider's program imports acctest":  {code(module, "acctest"), 1},
		"a package with a similar name":           {reaching("clientele", "platform"), 0},
		"the provider's program":                  {reaching(module, "provider", "client"), 0},
		"the provider's program reaches platform": {reaching(module, "platform"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := breaches(tc.p); len(got) != tc.want {
				t.Errorf("got %d breaches, want %d: %q", len(got), tc.want, got)
			}
		})
	}
}
