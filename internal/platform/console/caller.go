package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
)

// Caller calls the API in process as the person who is signed in, in one environment.
type Caller struct {
	api         http.Handler
	ctx         context.Context //nolint:containedctx // of the one request of the browser that it serves
	person      access.Person
	environment string
}

// Get reads path, which may have a query, into out. Its error is a *problem.Error where the API refuses.
func (c Caller) Get(path string, out any) error {
	return c.send(http.MethodGet, path, nil, out, nil)
}

// Post sends in as JSON and reads the answer into out, which may be nil. The form of a page has a key that it makes
// with the page: a form that is sent twice does its work once.
func (c Caller) Post(path, key string, in, out any) error {
	return c.send(http.MethodPost, path, in, out, http.Header{"Idempotency-Key": {key}})
}

func (c Caller) send(method, path string, in, out any, header http.Header) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return errors.New("a request of the console cannot be written as JSON")
		}
		body = bytes.NewReader(data)
	}
	person := c.person
	person.Environment = c.environment
	r, err := http.NewRequestWithContext(access.WithPerson(c.ctx, &person), method, path, body)
	if err != nil {
		return errors.New("a path that the console asks the API for is malformed")
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	w := &answer{header: http.Header{}}
	c.api.ServeHTTP(w, r)
	if w.status >= http.StatusBadRequest {
		refused := &problem.Error{}
		if err := json.Unmarshal(w.body.Bytes(), &refused.Problem); err != nil {
			return fmt.Errorf("the API answered with status %d and no problem", w.status)
		}
		return refused
	}
	if out == nil || w.status == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(w.body.Bytes(), out); err != nil {
		return fmt.Errorf("the answer of the API to %s cannot be read: %w", method, err)
	}
	return nil
}

// Identity says who the person is to the API, in the environment.
func (c Caller) Identity() (out api.Identity, err error) {
	err = c.Get("/v1/identity", &out)
	return out, err
}

// answer is what the API answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
