// Package htmlcheck finds what is wrong with a page: markup that is not well formed, what a strict policy would not let
// a browser do, and what a screen reader needs and does not get. It is for tests.
package htmlcheck

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Find returns a sentence for each fault of a page.
func Find(page []byte) []string {
	c := &checker{ids: map[string]bool{}, labelled: map[string]bool{}}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if err := z.Err(); !errors.Is(err, io.EOF) {
				c.found("the page cannot be read: %v", err)
			}
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			c.begin(token, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			c.end(token.Data)
		case html.TextToken:
			c.text = strings.TrimSpace(c.text + token.Data)
		}
	}
	c.whole()
	return c.faults
}

// checker reads a page from its beginning to its end.
type checker struct {
	faults   []string
	open     []string // the elements that are open
	ids      map[string]bool
	refers   []string // ids that something refers to
	fields   []string // ids of fields that need a label
	labelled map[string]bool
	heading  byte
	text     string // since the last start of an element
	table    tableParts
	seen     []string
}

// tableParts is what the table that is open has so far.
type tableParts struct{ caption, columns, rows bool }

// void are the elements that have no end.
var void = []string{"meta", "link", "input", "br", "hr", "img"}

func (c *checker) found(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) begin(t html.Token, closed bool) {
	c.text = ""
	c.seen = append(c.seen, t.Data)
	if !closed && !slices.Contains(void, t.Data) {
		c.open = append(c.open, t.Data)
	}
	c.attributes(t)
	switch t.Data {
	case "script", "iframe", "object", "embed", "base", "img":
		c.found("the page has an element %s", t.Data)
	case "table":
		c.table = tableParts{}
	case "caption":
		c.table.caption = true
	case "th":
		c.header(attribute(t, "scope"))
	case "input", "select", "textarea":
		if attribute(t, "type") != "hidden" && attribute(t, "aria-label") == "" {
			c.fields = append(c.fields, attribute(t, "id"))
		}
	case "label":
		c.labelled[attribute(t, "for")] = true
	case "h1", "h2", "h3", "h4":
		if t.Data[1] > c.heading+1 && (c.heading != 0 || t.Data != "h1") {
			c.found("%s comes after a heading of level %c", t.Data, c.heading)
		}
		c.heading = t.Data[1]
	}
}

func (c *checker) header(scope string) {
	switch scope {
	case "col":
		c.table.columns = true
	case "row":
		c.table.rows = true
	default:
		c.found("a header of a table has no scope")
	}
}

func (c *checker) attributes(t html.Token) {
	names := map[string]bool{}
	for _, a := range t.Attr {
		if names[a.Key] {
			c.found("%s has the attribute %s twice", t.Data, a.Key)
		}
		names[a.Key] = true
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			c.found("%s has the attribute %s", t.Data, a.Key)
		case a.Key == "id":
			if c.ids[a.Val] || a.Val == "" {
				c.found("the id %q is there twice, or empty", a.Val)
			}
			c.ids[a.Val] = true
		case a.Key == "aria-labelledby" || a.Key == "aria-describedby":
			c.refers = append(c.refers, strings.Fields(a.Val)...)
		case a.Key == "for":
			c.refers = append(c.refers, a.Val)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			c.refers = append(c.refers, a.Val[1:])
		case a.Key == "href" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"):
			c.found("%s leads to a script", t.Data)
		case strings.ContainsAny(a.Key, `"'<>=`):
			c.found("%s has an attribute %q: a text ended the one before", t.Data, a.Key)
		}
	}
}

func (c *checker) end(name string) {
	if len(c.open) == 0 || c.open[len(c.open)-1] != name {
		c.found("</%s> ends what is not open: open are %v", name, c.open)
		return
	}
	c.open = c.open[:len(c.open)-1]
	switch name {
	case "table":
		if c.table != (tableParts{true, true, true}) {
			c.found("a table lacks a caption or headers: %+v", c.table)
		}
	case "a", "button", "h1", "h2", "h3", "title", "legend", "label", "caption", "option":
		if c.text == "" {
			c.found("an element %s has no text", name)
		}
	}
}

// whole looks at what only the end of a page can tell.
func (c *checker) whole() {
	if len(c.open) > 0 {
		c.found("these are not ended: %v", c.open)
	}
	for _, id := range c.refers {
		if !c.ids[id] {
			c.found("there is no id %q", id)
		}
	}
	for _, id := range c.fields {
		if !c.labelled[id] {
			c.found("the field %q has no label", id)
		}
	}
	for _, name := range []string{"html", "title", "main", "h1", "header"} {
		if n := count(c.seen, name); n != 1 && (name != "title" || n == 0) {
			c.found("the page has %d elements %s", n, name)
		}
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
