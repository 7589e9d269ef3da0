package webhooks

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// Destination is where the events of an endpoint go, and what its requests have besides. It never prints itself.
type Destination struct {
	url     secret.Value
	headers map[string]secret.Value
	tls     egress.TLS
}

// DestinationOf opens what is sealed of an endpoint. Outside of a transaction, tx is nil.
func DestinationOf(
	ctx context.Context, k *keys.Keys, tx *store.Tx, e *store.WebhookEndpoint,
) (d Destination, err error) {
	open := func(sealed []byte, what string) (secret.Value, error) {
		return k.OpenEndpointValue(ctx, tx, sealed, valueOf(e, what))
	}
	d.url = secret.New(e.URL)
	if e.SecretURL.Set() {
		if d.url, err = open(e.SecretURL.Sealed, api.EndpointURL); err != nil {
			return d, err
		}
	}
	if e.Headers.Set() {
		opened, err := open(e.Headers.Sealed, api.EndpointHeaders)
		if err != nil {
			return d, err
		}
		if d.headers, err = keys.Headers(opened); err != nil {
			return d, err
		}
	}
	if e.CACertificate != nil {
		d.tls.Roots = x509.NewCertPool()
		d.tls.Roots.AppendCertsFromPEM([]byte(*e.CACertificate)) // it was checked before it was stored
	}
	if e.ClientCertificate == nil {
		return d, nil
	}
	key, err := open(e.ClientKey.Sealed, api.EndpointClientKey)
	if err == nil {
		d.tls.Certificate, err = keys.KeyPair(*e.ClientCertificate, key)
	}
	return d, err
}

// request returns a request with a body to the destination. Its error has nothing of the URL.
func (d Destination) request(ctx context.Context, id string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, keys.Sent(d.url), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("event %s: its endpoint has an invalid URL", id)
	}
	for name, value := range d.headers {
		req.Header.Set(name, keys.Sent(value))
	}
	return req, nil
}

// valueOf returns what a sealed value of an endpoint belongs to.
func valueOf(e *store.WebhookEndpoint, what string) keyring.EndpointValue {
	return keyring.EndpointValue{
		Tenant: e.Scope.Tenant, Environment: e.Scope.Environment, Endpoint: e.ID, What: what,
	}
}

// receiver says which receiver an endpoint leads to: another one has proven nothing yet.
func receiver(e *store.WebhookEndpoint) string { return e.URL + " " + e.SecretURL.Digest }

// Deliverable returns a conflict where nothing may be sent to an endpoint, because it or its connector is disabled.
func Deliverable(ctx context.Context, tx *txn.Tx, e *store.WebhookEndpoint) error {
	if d := e.Disabled; !e.Enabled && d != nil {
		return problem.New(api.CodeConflict, "", "the webhook endpoint %q is disabled since %s, "+
			"because it answered the event %s with 410 (gone); set enabled to true once it is back",
			e.Name, d.At.UTC().Format(time.RFC3339), d.By)
	}
	if !e.Enabled {
		return problem.New(api.CodeConflict, "", "the webhook endpoint %q is disabled; set enabled to true first", e.Name)
	}
	c, err := tx.Connector(ctx, tx.Scope, e.ConnectorID)
	if err != nil {
		return err
	}
	if !c.Enabled {
		return problem.New(api.CodeConflict, "",
			"the connector %q of the webhook endpoint %q is disabled; enable it first", c.Name, e.Name)
	}
	return nil
}
