package people

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// userInfo asks an issuer what it says of whom it gave an access token for. It returns ErrRefused where the token
// does not count any more.
func userInfo(ctx context.Context, provider *oidc.Provider, accessToken string) (map[string]any, error) {
	var status statusSeen
	info, err := provider.UserInfo(status.watch(ctx), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: accessToken}))
	if err != nil {
		if status.code == http.StatusUnauthorized || status.code == http.StatusForbidden {
			return nil, ErrRefused
		}
		return nil, fmt.Errorf("%w: its userinfo cannot be read", ErrUnavailable)
	}
	claims := map[string]any{}
	if err := info.Claims(&claims); err != nil {
		return nil, fmt.Errorf("%w: its userinfo cannot be read", ErrUnavailable)
	}
	return claims, nil
}

// statusSeen remembers the status of an answer, which go-oidc only has in a text.
type statusSeen struct{ code int }

func (s *statusSeen) watch(ctx context.Context) context.Context {
	inner, _ := ctx.Value(oauth2.HTTPClient).(*http.Client) //nolint:forbidigo // that of with
	outer := *inner
	outer.Transport = watched{inner.Transport, s}
	return oidc.ClientContext(ctx, &outer)
}

type watched struct {
	way  http.RoundTripper
	seen *statusSeen
}

func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.way.RoundTrip(r)
	if err == nil {
		w.seen.code = resp.StatusCode
	}
	return resp, err
}
