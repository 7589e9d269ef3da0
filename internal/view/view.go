// Package view has what every page for a person is made of: the layout, the stylesheet, and components such as tables,
// forms, timelines and calendars. The console and the report share it. A page has no script, and a text that a customer
// controls is escaped by html/template.
package view

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed style.css
var stylesheet string

// Stylesheet returns the stylesheet, for a server that serves it under an address.
func Stylesheet() string { return stylesheet }

// Frame is what is around the main part of a page.
type Frame struct {
	Title string // of the page
	Site  string // what the page belongs to
	Home  string // address of the first page; empty for a page that stands alone
	Nav   []Link

	// StyleHref is the address of the stylesheet. Where it is empty, the page has the stylesheet in itself, and a
	// policy that lets a browser load and run nothing.
	StyleHref string
	Account   *Account // who is signed in; nil for nobody
	Footer    string
}

// Account is who is signed in.
type Account struct {
	Name    string
	SignOut string // address that a form posts to
}

// Link leads to another page, or to a part of this one.
type Link struct {
	Text    string
	Href    string
	Current bool
}

// Template is a kind of page.
type Template struct{ parsed *template.Template }

// Parse returns the kind of page whose text defines the template "main".
func Parse(text string) (*Template, error) {
	t, err := template.New("").Funcs(template.FuncMap{"moment": Moment}).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	if _, err := t.Parse(text); err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// MustParse is Parse for a text that is part of the program.
func MustParse(text string) *Template {
	t, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return t
}

// Write writes a page. The template "main" gets data. Where the page cannot be made, nothing is written.
func (t *Template) Write(out io.Writer, f Frame, data any) error {
	var page bytes.Buffer
	err := t.parsed.ExecuteTemplate(&page, "page", struct {
		Frame
		Style  template.CSS
		Policy string
		Data   any
	}{f, template.CSS(stylesheet), selfContained(), data}) //nolint:gosec // the stylesheet is part of the program
	if err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	_, err = page.WriteTo(out)
	return err
}

// selfContained is the policy of a page that has all in itself: the hash allows its stylesheet.
func selfContained() string {
	sum := sha256.Sum256([]byte(stylesheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
}
