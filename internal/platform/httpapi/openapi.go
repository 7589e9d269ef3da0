package httpapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const apiDescription = "Connectors, scoped tokens, webhook endpoints, signing secrets and rotation policies " +
	"of a messaging platform.\n\n" +
	"Every request but the health checks carries the token of a principal as `Authorization: Bearer qcp_…`; " +
	"a principal belongs to one tenant and one environment and sees nothing else.\n" +
	"Errors are `application/problem+json` with a stable `code`. " +
	"POST, PATCH and DELETE take an `Idempotency-Key` " +
	"(kept for 24 hours; reveal, probe, introspect, identify and /v1/revoke ignore it) and an `If-Match`.\n" +
	"Every answer has the header `" + api.HeaderPlatform + "`: the id of the platform and its incarnation, such as " +
	"`plt_01ARZ3NDEKTSV4RRFFQ69G5FAV/3`.\n" +
	"PATCH is a merge patch (RFC 7396); lists and maps are replaced whole. " +
	"No secret is ever returned, except by a reveal, and the credentials of a connector to one of its scoped tokens."

// bearerScheme names the security scheme in the document.
const bearerScheme = "principal"

// humaConfig is Huma without its documentation pages, schema links and formats.
func humaConfig() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[secret.Value](), reflect.TypeFor[string]())
	registry.RegisterTypeAlias(reflect.TypeFor[map[string]string](), reflect.TypeFor[stringMap]())
	registry.RegisterTypeAlias(reflect.TypeFor[map[string]secret.Value](), reflect.TypeFor[stringMap]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Optional[map[string]string]](), reflect.TypeFor[stringMap]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Optional[[]string]](), reflect.TypeFor[[]string]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Optional[string]](), reflect.TypeFor[*string]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Optional[bool]](), reflect.TypeFor[*bool]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Optional[int64]](), reflect.TypeFor[*int64]())
	registry.RegisterTypeAlias(reflect.TypeFor[problem.Error](), reflect.TypeFor[api.Problem]())
	json := huma.DefaultJSONFormat
	json.Unmarshal = strictUnmarshal
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Quickconnect platform", Version: "1", Description: apiDescription},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bearerScheme: {
						Type: "http", Scheme: "bearer",
						Description: "The token of a principal; at /v1/revoke the scoped token itself; for the credentials of a " +
							"connector one of its scoped tokens.",
					},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": json, "json": json},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// Tags of the operations that belong to no kind of object.
const (
	TagTokens = "Tokens and principals"
	tagHealth = "Health"
)

// stringMap is a map that may be null, which Huma's own schemas of maps do not say.
type stringMap map[string]string

// Schema serves Huma.
func (stringMap) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}
}

// Tag describes a tag of operations in the document.
func (rt *Router) Tag(name, description string) {
	doc := rt.api.OpenAPI()
	doc.Tags = append(doc.Tags, &huma.Tag{Name: name, Description: description})
}

// OrNull says that members of a type are an object or null. Huma would describe them as an object that is always there.
func (rt *Router) OrNull(of any, members ...string) {
	name := huma.DefaultSchemaNamer(reflect.TypeOf(of), "")
	for _, member := range members {
		if !slices.Contains(rt.orNull[name], member) {
			rt.orNull[name] = append(rt.orNull[name], member)
		}
	}
}

func correctNullable(schemas map[string]*huma.Schema, orNull map[string][]string) error {
	for name, members := range orNull {
		for _, member := range members {
			schema := schemas[name]
			if schema == nil || schema.Properties[member] == nil {
				return fmt.Errorf("the schema %s has no member %s", name, member)
			}
			old := schema.Properties[member]
			schema.Properties[member] = &huma.Schema{
				Description: old.Description,
				AnyOf:       []*huma.Schema{{Ref: old.Ref}, {Type: "null"}},
			}
		}
	}
	return nil
}

// documentOf writes the document, in the form in which it is kept in the repository.
func documentOf(doc *huma.OpenAPI) ([]byte, error) {
	compact, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	var sorted any
	if err := json.Unmarshal(compact, &sorted); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	out, err := json.MarshalIndent(sorted, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(out, '\n'), nil
}

func (rt *Router) serveDocument(document func() ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := document()
		if err != nil {
			writeProblem(w, rt.problemOf(r.Context(), err))
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		_, _ = w.Write(data)
	}
}

// describe adds to the document what Huma cannot know of an operation.
func (rt *Router) describe(op Operation) {
	doc := rt.api.OpenAPI()
	o := operationOf(doc.Paths[op.Path], op.Method)
	if op.Form != nil {
		o.RequestBody.Content[formMedia].Schema = formSchema(op.Form, op.FormRequires)
	}
	if op.NoContent != "" { // had it been given in advance, Huma would leave out the problems
		o.Responses[strconv.Itoa(http.StatusNoContent)] = &huma.Response{Description: op.NoContent}
	}
	if op.Returns == nil {
		return
	}
	success := o.Responses[strconv.Itoa(cmp.Or(op.Status, http.StatusOK))]
	body := reflect.TypeOf(op.Returns)
	success.Content["application/json"].Schema = doc.Components.Schemas.Schema(body, true, op.ID+"Response")
	if op.Status == http.StatusCreated {
		adopted := *success
		adopted.Description = "OK: an object that an interrupted run had made, adopted by this create"
		o.Responses[strconv.Itoa(http.StatusOK)] = &adopted
	} else {
		delete(success.Headers, "Location")
	}
	if body.Kind() == reflect.Slice {
		body = body.Elem()
	}
	if _, hasEtag := body.FieldByName("Etag"); !hasEtag {
		delete(success.Headers, "ETag")
	}
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return item.Get
}
