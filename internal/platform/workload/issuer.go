package workload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
)

// maxAnswer is how long an answer of an issuer may be.
const maxAnswer = 64 << 10

// issuers gets keys from issuers.
type issuers struct {
	public  *egress.Client
	private *egress.Client // also reaches private networks
	trusted []string       // the issuers for private
}

// newIssuers returns issuers. Whether webhooks may go to private addresses says nothing of them.
func newIssuers(way egress.Config, trusted []string) *issuers {
	way.AllowPrivate = false
	public := egress.New(way)
	way.AllowPrivate = true
	return &issuers{public: public, private: egress.New(way), trusted: trusted}
}

func (i *issuers) of(issuer string) *egress.Client {
	if slices.Contains(i.trusted, issuer) {
		return i.private
	}
	return i.public
}

// check checks the URL of an issuer as egress would, without using the network.
func (i *issuers) check(issuer string) error {
	var refused *egress.Refused
	err := i.of(issuer).CheckURL(issuer)
	if errors.As(err, &refused) {
		return fmt.Errorf("is refused: %s; an issuer that the platform cannot reach needs jwks, and the operator of the "+
			"platform can allow one in a private network with --trusted-issuer", refused.Reason)
	}
	return err
}

// Reasons why keys were not fetched. They have no text of the issuer.
var (
	errRedirect  = errors.New("the issuer answered with a redirect, which is not followed")
	errStatus    = errors.New("the issuer answered with another status than 200")
	errAnswer    = errors.New("the answer of the issuer has more than 64 KiB, or ended early")
	errDiscovery = errors.New("the discovery document of the issuer cannot be read, or is of another issuer")
	errNoKeysURL = errors.New("the discovery document of the issuer has no jwks_uri")
)

// fetch gets the keys of an issuer: its discovery document says where they are.
func (i *issuers) fetch(ctx context.Context, issuer string) ([]jose.JSONWebKey, error) {
	way := guarded{egress: i.of(issuer)}
	client := &http.Client{Transport: way} //nolint:forbidigo // its transport is that of egress
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, client), issuer)
	if err != nil {
		return nil, reasonOf(err, errDiscovery)
	}
	var document struct {
		KeysURL string `json:"jwks_uri"`
	}
	if provider.Claims(&document) != nil || document.KeysURL == "" {
		return nil, errNoKeysURL
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, document.KeysURL, nil)
	if err != nil {
		return nil, errNoKeysURL
	}
	resp, err := way.RoundTrip(r)
	if err != nil {
		return nil, reasonOf(err, errAnswer)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, reasonOf(err, errAnswer)
	}
	return readKeySet(text)
}

// reasonOf returns the reason inside an error, which may have other texts around it; otherwise that of the step.
func reasonOf(err, step error) error {
	var refused *egress.Refused
	var failure *egress.Failure
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &failure):
		return failure
	}
	for _, reason := range []error{errRedirect, errStatus, errAnswer} {
		if errors.Is(err, reason) {
			return reason
		}
	}
	return step
}

// guarded is the way to an issuer: through egress, without redirects, and with a limit on what is read.
type guarded struct {
	egress *egress.Client
	any    bool // other statuses than 200 are answers too
}

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "quickconnect/1")
	resp, err := g.egress.Do(r, egress.TLS{})
	if err != nil {
		return nil, err
	}
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode <= 399:
		err = errRedirect
	case resp.StatusCode != http.StatusOK && !g.any:
		err = errStatus
	}
	if err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	err = errors.Join(err, resp.Body.Close())
	if len(text) > maxAnswer {
		return nil, errAnswer
	}
	if err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return resp, nil
}
