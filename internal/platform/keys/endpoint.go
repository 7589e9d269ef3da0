package keys

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// SealEndpointText seals a value of a webhook endpoint that is one text, and returns its digest too. present is the
// digest of the present value. For the same value again it returns nothing.
func SealEndpointText(
	ctx context.Context, k *Keys, tx *store.Tx, c Comparison, value secret.Value, of keyring.EndpointValue,
	present string,
) (sealed []byte, digest string, err error) {
	plain := value.Expose() //nolint:forbidigo // hashed
	if digest, err = endpointDigest(c, of, plain, present); err != nil || digest == present {
		return nil, "", err
	}
	sealed, err = k.sealEndpointValue(ctx, tx, value, of)
	return sealed, digest, err
}

// SealEndpointHeaders seals the headers of a webhook endpoint as one value, as SealEndpointText does.
func SealEndpointHeaders(
	ctx context.Context, k *Keys, tx *store.Tx, c Comparison, headers map[string]secret.Value,
	of keyring.EndpointValue, present string,
) (sealed []byte, digest string, err error) {
	plain := exposed(headers)
	if digest, err = endpointDigest(c, of, plain, present); err != nil || digest == present {
		return nil, "", err
	}
	joined, err := json.Marshal(plain)
	if err != nil {
		return nil, "", errors.New("the headers cannot be written as JSON")
	}
	sealed, err = k.sealEndpointValue(ctx, tx, secret.New(string(joined)), of)
	return sealed, digest, err
}

// endpointDigest returns the present digest of a value if it is that, and otherwise the one under the newest key.
func endpointDigest(c Comparison, of keyring.EndpointValue, plain any, present string) (string, error) {
	under := func(key SymmetricKey) (string, error) {
		return api.Digest(key.number, key.key, api.EndpointDigestKind(of.What), of.Endpoint, plain)
	}
	if key, ok := c.Of(present); ok {
		if digest, err := under(key); err != nil || digest == present {
			return digest, err
		}
	}
	return under(c.Newest())
}

// Headers reads headers that SealEndpointHeaders sealed, once they are opened.
func Headers(opened secret.Value) (headers map[string]secret.Value, err error) {
	if json.Unmarshal([]byte(opened.Expose()), &headers) != nil { //nolint:forbidigo // wrapped again at once
		return nil, errors.New("the sealed headers of a webhook endpoint cannot be read")
	}
	return headers, nil
}

// CheckEndpointHeaders checks headers that a caller sent. It returns the name that the error is about.
func CheckEndpointHeaders(headers map[string]secret.Value) (name string, err error) {
	return api.CheckEndpointHeaders(exposed(headers))
}

// Sent returns a value as it is sent: the URL of a webhook endpoint, the value of a header, or what an issuer of people
// is asked with.
func Sent(value secret.Value) string {
	return value.Expose() //nolint:forbidigo // sent
}

// KeyPair joins the client certificate of a webhook endpoint with its private key. Its error completes the sentence
// "<attribute> …" and has nothing of the key.
func KeyPair(certificate string, key secret.Value) (*tls.Certificate, error) {
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key.Expose())) //nolint:forbidigo // signs handshakes
	if err != nil {
		return nil, errors.New("must be the private key of client_certificate, in PEM and not encrypted")
	}
	return &pair, nil
}
