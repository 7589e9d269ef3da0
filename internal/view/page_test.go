package view

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/htmlcheck"
)

// every component of a page, with a text in every place that can have one.
func components(text string) map[string]any {
	e := api.InventoryEntry{
		ID: text, Name: text, Owner: text, Phase: text, Due: text, DueAt: on(3), Overdue: true,
		Hold: &api.Hold{Reason: text}, Findings: []api.OpenFinding{{Finding: text}}, Risk: api.Risk{Reasons: []string{text}},
		Versions: []api.InventoryVersion{{Version: 1, State: text, IssuedAt: day(-9)}, {Version: 2, IssuedAt: day(-1)}},
	}
	calendar := NewCalendar(now)
	calendar.Add(&e, "/console/x?name="+text)
	table := Table{
		ID: "rows", Caption: text, Note: text,
		Columns: []Column{{Title: text, SortHref: "?sort=" + text, Sorted: "descending"}, {Title: "B", Numeric: true}},
		Rows: [][]Cell{
			{{Text: text, Href: text, Lines: []string{text}}, {Text: text, Code: true}},
			{State(Bad, text), State(Level(text), "x")},
		},
	}
	cells := Table{ID: "cells", Caption: "C", Columns: Columns("A", "B", "C", "D", "E", "F"), Rows: [][]Cell{
		{Phase(&e), NextDue(&e), LastUse(&e), Findings(&e), Risk(&e), VersionState(text)},
	}}
	line := EntriesTimeline("line", text, []api.InventoryEntry{e}, now)
	versions := []api.Version{{Version: 1, State: text, IssuedAt: day(-1), EndedAt: on(0), EndReason: text}}
	return map[string]any{
		"Tables": []Table{table, cells, {ID: "none", Empty: text}, calendar.ByOwner("owners"), calendar.OneByOne("due")},
		"Lines":  []Timeline{line, VersionsTimeline("one", text, versions, nil, false, now)},
		"Facts":  []Fact{{text, Text(text)}},
		"Form": Form{
			ID: "filter", Action: "/console/inventory", Legend: text, Submit: text, Clear: "/console/inventory",
			Hidden: []Hidden{{text, text}},
			Fields: []Field{
				{Name: "owner", Label: text, Value: text, Hint: text},
				Choice("kind", text, text, text, text, "b"),
				{Name: "overdue", Label: text, Value: "true", Check: true},
			},
		},
		"Pager": Pager{Label: text, First: "?a=" + text, Next: "?b=" + text, Shown: text},
	}
}

const allComponents = `{{define "main"}}<h2>Parts</h2>{{range .Tables}}{{template "table" .}}{{end}}
{{range .Lines}}{{template "timeline" .}}{{end}}{{template "facts" .Facts}}{{template "form" .Form}}
{{template "pager" .Pager}}{{end}}`

func written(t *testing.T, f Frame, text string) []byte {
	t.Helper()
	var page bytes.Buffer
	if err := MustParse(allComponents).Write(&page, f, components(text)); err != nil {
		t.Fatal(err)
	}
	return page.Bytes()
}

// No text that a customer controls becomes markup, and no address becomes a script.
func TestTextsAreEscaped(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`,
		`</title></style></svg><svg onload=alert(1)>`, `{{.}}`, `<!--`, "\x00<b>", "]]><b>", `&lt;b&gt;<b>`,
	} {
		frame := Frame{
			Title: text, Site: text, Home: "/console/", StyleHref: "/console/style.css", Footer: text,
			Account: &Account{Name: text, SignOut: "/console/sign-out"},
			Nav:     []Link{{Text: text, Href: "/console/" + text, Current: true}},
		}
		page := written(t, frame, text)
		for _, fault := range htmlcheck.Find(page) {
			if !strings.Contains(fault, "ZgotmplZ") { // what html/template writes in place of an address that is a script
				t.Errorf("with %q: %s", text, fault)
			}
		}
		for _, raw := range []string{"<script", "<img", "<b>", "<svg onload", "href=\"javascript:"} {
			if bytes.Contains(page, []byte(raw)) {
				t.Errorf("with %q, the page has %s", text, raw)
			}
		}
	}
}

// A page that stands alone has its stylesheet in itself, and a policy with the hash of exactly this text.
func TestSelfContainedPage(t *testing.T) {
	t.Parallel()
	page := string(written(t, Frame{Title: "T", Site: "S", Nav: []Link{{Text: "Parts", Href: "#main"}}}, "x"))
	for _, fault := range htmlcheck.Find([]byte(page)) {
		t.Error(fault)
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(
		html.UnescapeString(page), want) {
		t.Errorf("the policy does not allow the stylesheet %s", want)
	}
	for _, outside := range []string{"url(http", "@import", "src=", `href="http`, `rel="stylesheet"`} {
		if strings.Contains(page, outside) {
			t.Errorf("the page loads something: %s", outside)
		}
	}
	served := string(written(t, Frame{Title: "T", Site: "S", StyleHref: "/style.css"}, "x"))
	if strings.Contains(served, "<style") || !strings.Contains(served, `<link rel="stylesheet" href="/style.css">`) {
		t.Error("a served page has a stylesheet in itself")
	}
}

// A page that cannot be made is no page: what was made of it so far is not written.
func TestNoHalfPage(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	err := MustParse(`{{define "main"}}{{.Missing.Name}}{{end}}`).Write(&page, Frame{}, struct{}{})
	if err == nil || page.Len() > 0 {
		t.Errorf("%d bytes, error %v", page.Len(), err)
	}
	if _, err := Parse("{{"); err == nil {
		t.Error("a text that is no template is no error")
	}
}
