package httpapi

import (
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Answer is the answer of an operation that succeeded. A write remembers it for its repetitions.
type Answer struct {
	Status   int
	ID       string // of what the body shows; empty where a repetition has no body
	ETag     string // unquoted
	Location string
	Body     any // of the type that the operation returns, or its stored JSON
}

// Created answers a create.
func Created(kind api.Kind, o *store.Object, body any) *Answer {
	return &Answer{Status: http.StatusCreated, ID: o.ID, ETag: etagOf(o), Location: kind.Route(o.ID), Body: body}
}

// Object answers a read or a change of one object.
func Object(o *store.Object, body any) *Answer {
	return &Answer{Status: http.StatusOK, ID: o.ID, ETag: etagOf(o), Body: body}
}

// Body answers with what is not an object.
func Body(body any) *Answer { return &Answer{Status: http.StatusOK, Body: body} }

// Empty answers with status 200 and no body, as RFC 7009 does.
func Empty() *Answer { return &Answer{Status: http.StatusOK, Body: []byte{}} }

// NoContent answers with nothing.
func NoContent() *Answer { return &Answer{Status: http.StatusNoContent} }

// output is an answer in the form that Huma reads.
type output struct {
	Status   int
	ETag     string `header:"ETag" doc:"The etag of the object in quotes, for If-Match."`
	Location string `header:"Location" doc:"The path of the new object."`
	Body     any
}

func (a *Answer) output() *output {
	out := &output{Status: a.Status, Location: a.Location, Body: a.Body}
	if a.ETag != "" {
		out.ETag = quoted(a.ETag)
	}
	return out
}
