package htmlcheck

import (
	"strings"
	"testing"
)

const good = `<!doctype html><html lang="en"><head><title>T</title></head><body><header></header>
<main><h1>T</h1><h2>P</h2><table><caption>C</caption><thead><tr><th scope="col">A</th></tr></thead>
<tbody><tr><th scope="row">1</th></tr></tbody></table><label for="f">F</label><input id="f"></main></body></html>`

func TestFind(t *testing.T) {
	t.Parallel()
	if got := Find([]byte(good)); len(got) > 0 {
		t.Errorf("a good page has %q", got)
	}
	for name, tc := range map[string]struct{ from, to, want string }{
		"a script":                 {"<h2>P</h2>", "<script>1</script>", "an element script"},
		"an element that is open":  {"</h2>", "", "ends what is not open"},
		"a style attribute":        {"<h2>", `<h2 style="x">`, "the attribute style"},
		"a handler":                {"<h2>", `<h2 onclick="x">`, "the attribute onclick"},
		"an attribute that broke":  {"<h2>", `<h2 title=""x'="">`, `an attribute "x'"`},
		"a link to a script":       {"<h2>P</h2>", `<a href=" JavaScript:x">a</a>`, "leads to a script"},
		"an id twice":              {"<h2>", `<h2 id="f">`, `the id "f" is there twice`},
		"a missing id":             {"<h2>P</h2>", `<a href="#x">a</a>`, `no id "x"`},
		"no caption":               {"<caption>C</caption>", "", "lacks a caption"},
		"a header without a scope": {`<th scope="row">`, "<th>", "no scope"},
		"a field without a label":  {`<label for="f">F</label>`, "", `the field "f" has no label`},
		"a level left out":         {"<h2>P</h2>", "<h3>P</h3>", "h3 comes after"},
		"a link without a text":    {"<h2>P</h2>", `<a href="/x"></a>`, "an element a has no text"},
		"two main parts":           {"</main>", "</main><main></main>", "2 elements main"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := strings.Replace(good, tc.from, tc.to, 1)
			if got := strings.Join(Find([]byte(page)), "\n"); page == good || !strings.Contains(got, tc.want) {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
}
