// Package pages has the pages of the console about one environment. Each reads what it shows from the API, on behalf of
// who is signed in, and is made of package view. No page has the value of a secret: the API calls that it makes return
// none.
package pages

import (
	"io"
	"net/url"
	"slices"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/view"
)

// API is the API of the platform on behalf of one person, in one environment. Its errors are those of the API.
type API interface {
	Get(path string, out any) error
	// Post sends in as JSON, with an idempotency key, and reads the answer into out; nil for none.
	Post(path, key string, in, out any) error
}

// Request is what a person asks for.
type Request struct {
	API    API
	Me     api.Identity // who is signed in, with the permissions in the environment
	Base   string       // address of the pages of the environment, without a slash at its end
	Now    time.Time
	Path   func(name string) string // the parts of the address that Page.Path names
	Query  url.Values
	Form   url.Values    // of a POST
	NewKey func() string // makes idempotency keys for forms
	// Try says which workload identity of the environment takes a JWT. It stores nothing.
	Try func(jwt secret.Value) ([]Tried, error)
}

// Answer is what a page answers: a page, a file, or another address.
type Answer struct {
	Title    string
	Template *view.Template
	Data     any

	File     *File
	SeeOther string
}

// File is a file to save. What fails while it is written must not end like a whole file.
type File struct {
	Name, Type string
	Write      func(io.Writer) error
}

// Page is one address below Request.Base, and what serves it.
type Page struct {
	Method string
	Path   string // such as /inventory, as http.ServeMux takes it
	Nav    string // what the navigation calls it; empty for a page that it does not have
	Serve  func(*Request) (*Answer, error)
}

// All lists the pages, those of the navigation in its order.
func All() []Page {
	return slices.Concat(
		inventoryPages(), calendarPages(), findingPages(), auditPages(), webhookPages(), workloadPages(),
		launchPages(),
		credentialPages(), actionPages(),
	)
}

// May reports whether the person has a permission in the environment.
func (r *Request) May(permission string) bool { return slices.Contains(r.Me.Permissions, permission) }

// To is the address of another page. More are names and values of its query; those without a value are left out.
func (r *Request) To(path string, more ...string) string {
	q := url.Values{}
	for pair := range slices.Chunk(more, 2) {
		if pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
	return address(r.Base+path, q)
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// object is the address of the page of an object of a kind with a page of its own; empty for others.
func (r *Request) object(kind, id string) string {
	if slices.Contains(credentialKinds, kind) {
		return r.To("/credentials/" + url.PathEscape(id))
	}
	return ""
}

// each reads a list of the API part by part, and ends where do returns false.
func each[T any](a API, path string, q url.Values, do func(*T) bool) error {
	q.Set("page_size", "1000")
	for {
		var part api.Page[T]
		if err := a.Get(address(path, q), &part); err != nil {
			return err
		}
		for i := range part.Items {
			if !do(&part.Items[i]) {
				return nil
			}
		}
		if part.NextPageToken == "" {
			return nil
		}
		q.Set("page_token", part.NextPageToken)
	}
}
