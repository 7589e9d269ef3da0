package platform

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// call is what the platform knows of one request besides its input.
type call struct {
	id        string
	method    string
	path      string
	bearer    secret.Value     // as it was sent; empty for none
	principal *store.Principal // once authenticated
	body      hash.Hash        // keyed, of what was read of the body so far
	form      bool             // the body says that it is a form
}

type callKey struct{}

// callOf returns the call of a request's context. Outside a request there is an empty one, so that nobody has to ask.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// actor is who the audit names.
func (c *call) actor() string {
	if c.principal == nil {
		return ""
	}
	return c.principal.ID
}

func (c *call) scope() store.Scope { return c.principal.Scope }

// newCall begins a request. The body is hashed as it is read, because an idempotency key must come with the same body,
// and the hash is keyed because a body may hold a secret that is easy to guess.
func (p *Platform) newCall(r *http.Request) (*call, *http.Request, error) {
	id, err := p.random.id(idRequest, p.clock.Now())
	if err != nil {
		return nil, nil, err
	}
	c := &call{id: id, method: r.Method, path: r.URL.Path, bearer: bearerOf(r), body: hmac.New(sha256.New, p.vault.request.key)}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	c.form = media == "application/x-www-form-urlencoded"
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	if r.Body != nil {
		r.Body = &hashedBody{r.Body, c.body}
	}
	return c, r, nil
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
