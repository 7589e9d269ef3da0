package httpapi

import (
	"context"
	"hash"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// request is what is known of one HTTP request besides its input and its caller.
type request struct {
	method string
	path   string
	body   hash.Hash // keyed, of what was read of the body so far
	form   bool      // the body says that it is a form

	reserved bool // its operation is of the reserve, which ends and holds what leaked
	refused  bool // it exceeds a limit
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// newRequest begins a request. It hashes the body while the body is read, because an idempotency key must come with
// the same body.
func (rt *Router) newRequest(r *http.Request) (*access.Request, *http.Request, error) {
	id, err := rt.runner.Random.ID(keys.IDRequest, rt.runner.Clock.Now())
	if err != nil {
		return nil, nil, err
	}
	caller := &access.Request{
		ID: id, Address: rt.limiter.From(r), UserAgent: printable(r.UserAgent()), Bearer: bearerOf(r), Uses: rt.uses,
	}
	if p := access.PersonOf(r.Context()); p != nil {
		caller.Person, caller.Address, caller.UserAgent = p, p.Address, printable(p.UserAgent)
		caller.Bearer = secret.Value{}
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	seen := &request{
		method: r.Method, path: r.URL.Path, body: rt.runner.Keys.RequestHash(), form: media == formMedia,
	}
	r = r.WithContext(context.WithValue(access.With(r.Context(), caller), requestKey{}, seen))
	if r.Body != nil {
		r.Body = &hashedBody{r.Body, seen.body}
	}
	return caller, r, nil
}

// maxUserAgent is how much of the name of a client the audit keeps.
const maxUserAgent = 200

// printable returns the beginning of a text that a caller chose, without what a database or a terminal cannot take.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), maxUserAgent)], "")
}

func bearerOf(r *http.Request) secret.Value {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return secret.Value{}
	}
	return secret.New(strings.TrimSpace(token))
}

type hashedBody struct {
	io.ReadCloser
	hash hash.Hash
}

func (b *hashedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hash.Write(p[:n])
	return n, err
}
