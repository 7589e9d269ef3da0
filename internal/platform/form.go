package platform

import (
	"errors"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const formMedia = "application/x-www-form-urlencoded"

// formInput is the body of what RFC 7662 and RFC 7009 define.
type formInput struct {
	RawBody []byte `contentType:"application/x-www-form-urlencoded"`
}

// tokenForm reads a form with a token in it. Members that the RFCs do not know are ignored, as they say.
func tokenForm(c *call, raw []byte) (token secret.Value, form url.Values, err error) {
	if !c.form {
		return token, nil, newProblem(api.CodeUnsupportedMedia, "", "the body must be a form: send it as %s", formMedia)
	}
	form, err = url.ParseQuery(string(raw))
	if err != nil {
		return token, nil, newProblem(api.CodeInvalid, "", "the body is not a well-formed form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return token, nil, newProblem(api.CodeInvalid, pointer(name), "the form has a member twice; field names it")
		}
	}
	token = secret.New(form.Get("token"))
	form.Del("token")
	if token.IsEmpty() {
		return token, nil, refused("/token", errors.New("is required"))
	}
	return token, form, nil
}

// formSchema describes a form in the document, where Huma says only that there are bytes.
func formSchema(r *router, path string, members map[string]string) {
	schema := &huma.Schema{Type: huma.TypeObject, Required: []string{"token"}, Properties: map[string]*huma.Schema{}}
	for name, description := range members {
		schema.Properties[name] = &huma.Schema{Type: huma.TypeString, Description: description}
	}
	r.api.OpenAPI().Paths[path].Post.RequestBody.Content[formMedia].Schema = schema
}
