package httpapi

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

const formMedia = "application/x-www-form-urlencoded"

// FormInput is the body of what RFC 7662, RFC 7009 and RFC 8693 define.
type FormInput struct {
	RawBody []byte `contentType:"application/x-www-form-urlencoded"`
}

// TokenForm reads a form with a token in it. It removes white space around the token: editors and echo end a line. As
// the RFCs demand, it ignores members that they do not define.
func (in *FormInput) TokenForm(ctx context.Context) (token secret.Value, form url.Values, err error) {
	return in.Form(ctx, "token")
}

// Form is TokenForm for a token in another member.
func (in *FormInput) Form(ctx context.Context, member string) (token secret.Value, form url.Values, err error) {
	if form, err = in.Members(ctx); err != nil {
		return token, nil, err
	}
	token = secret.New(strings.TrimSpace(form.Get(member)))
	form.Del(member)
	if token.IsEmpty() {
		return token, nil, problem.Refused(problem.Pointer(member), errors.New("is required"))
	}
	return token, form, nil
}

// Members reads a form without a token in it.
func (in *FormInput) Members(ctx context.Context) (url.Values, error) {
	if !requestOf(ctx).form {
		return nil, problem.New(api.CodeUnsupportedMedia, "", "the body must be a form: send it as %s", formMedia)
	}
	form, err := url.ParseQuery(string(in.RawBody))
	if err != nil {
		return nil, problem.New(api.CodeInvalid, "", "the body is not a well-formed form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, problem.New(api.CodeInvalid, problem.Pointer(name), "the form has a member twice; field names it")
		}
	}
	return form, nil
}

// formSchema describes a form, of which Huma says only that there are bytes.
func formSchema(members map[string]string, required []string) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeObject, Required: required, Properties: map[string]*huma.Schema{}}
	for name, description := range members {
		schema.Properties[name] = &huma.Schema{Type: huma.TypeString, Description: description}
	}
	return schema
}
