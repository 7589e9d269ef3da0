package webhooks

import (
	"context"
	"errors"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/guardrail"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/guardrails"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// endpointValues are the values that a request brings for an endpoint and that are sealed. Nil is none.
type endpointValues struct {
	url       *secret.Value
	headers   map[string]secret.Value // an empty map removes the headers
	clientKey *secret.Value
}

// of is what the rules of the environment look at of an endpoint, with those of the values that are new to it.
func (v endpointValues) of(e, before *store.WebhookEndpoint) guardrail.Subject {
	s := guardrails.Endpoint(e)
	if e.SecretURL.Digest != before.SecretURL.Digest {
		s.Values = append(s.Values, guardrails.SuppliedOne("secret_url", v.url)...)
	}
	if e.Headers.Digest != before.Headers.Digest {
		s.Values = append(s.Values, guardrails.Supplied("headers", v.headers)...)
	}
	if e.ClientKey.Digest != before.ClientKey.Digest {
		s.Values = append(s.Values, guardrails.SuppliedOne("client_key", v.clientKey)...)
	}
	return s
}

// seal puts values into an endpoint. The same value again changes nothing.
func (h *endpoints) seal(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint, v endpointValues) error {
	comparison, err := tx.Keys.Comparison(ctx, tx.Tx, tx.Scope)
	if err != nil {
		return err
	}
	if v.url != nil {
		plain := keys.Sent(*v.url)
		if err := h.checkURL("secret_url", plain); err != nil {
			return err
		}
		if e.URL, err = shownOf(plain); err != nil {
			return err
		}
		of := valueOf(e, api.EndpointURL)
		sealed, digest, err := keys.SealEndpointText(
			ctx, tx.Keys, tx.Tx, comparison, *v.url, of, e.SecretURL.Digest,
		)
		if err != nil {
			return err
		}
		replace(&e.SecretURL, sealed, digest)
	}
	if v.headers != nil {
		if err := sealHeaders(ctx, tx, comparison, e, v.headers); err != nil {
			return err
		}
	}
	return sealClientKey(ctx, tx, comparison, e, v.clientKey)
}

// shownOf returns what may be shown of a URL that is a secret: where a connection goes.
func shownOf(plain string) (string, error) {
	u, err := url.Parse(plain)
	if err != nil {
		return "", problem.Refused("/secret_url", errors.New("must be a URL")) // the error would repeat it
	}
	return u.Scheme + "://" + u.Host, nil
}

func sealHeaders(
	ctx context.Context, tx *txn.Tx, comparison keys.Comparison, e *store.WebhookEndpoint,
	headers map[string]secret.Value,
) error {
	if len(headers) == 0 {
		e.Headers = store.EndpointSecret{Number: e.Headers.Number}
		return nil
	}
	if name, err := keys.CheckEndpointHeaders(headers); err != nil {
		if name == "" {
			return problem.Refused("/headers", err)
		}
		return problem.New(api.CodeInvalid, problem.Pointer("headers", name), "headers: one header %v", err)
	}
	of := valueOf(e, api.EndpointHeaders)
	sealed, digest, err := keys.SealEndpointHeaders(ctx, tx.Keys, tx.Tx, comparison, headers, of, e.Headers.Digest)
	if err != nil {
		return err
	}
	replace(&e.Headers, sealed, digest)
	return nil
}

// sealClientKey puts a new key into an endpoint, and checks that the key is the one of the certificate.
func sealClientKey(
	ctx context.Context, tx *txn.Tx, comparison keys.Comparison, e *store.WebhookEndpoint, value *secret.Value,
) error {
	of := valueOf(e, api.EndpointClientKey)
	switch {
	case e.ClientCertificate == nil && value != nil:
		return problem.Refused("/client_key", errors.New("must come with the client_certificate that it is the key of"))
	case e.ClientCertificate == nil:
		e.ClientKey = store.EndpointSecret{Number: e.ClientKey.Number}
		return nil
	case value == nil && !e.ClientKey.Set():
		return problem.Refused("/client_certificate", errors.New("must come with its private key in client_key"))
	}
	present := value
	if value == nil {
		opened, err := tx.Keys.OpenEndpointValue(ctx, tx.Tx, e.ClientKey.Sealed, of)
		if err != nil {
			return err
		}
		present = &opened
	}
	if _, err := keys.KeyPair(*e.ClientCertificate, *present); err != nil {
		return problem.Refused("/client_key", err)
	}
	if value == nil {
		return nil
	}
	sealed, digest, err := keys.SealEndpointText(ctx, tx.Keys, tx.Tx, comparison, *value, of, e.ClientKey.Digest)
	if err != nil {
		return err
	}
	replace(&e.ClientKey, sealed, digest)
	return nil
}

// replace stores a value, unless it is the present one, which was not sealed again.
func replace(to *store.EndpointSecret, sealed []byte, digest string) {
	if sealed != nil {
		to.Sealed, to.Digest = sealed, digest
	}
}
