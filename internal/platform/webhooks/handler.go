// Package webhooks has the webhook endpoints, the signing secrets of their deliveries, and the probes that find out
// whether a receiver accepts a signing secret. It signs and sends events. The queue of events is for package
// deliveries.
package webhooks

import (
	"log/slog"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/credentials"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/egress"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

// Handler serves /v1/webhook-endpoints and /v1/signing-secrets.
type Handler struct {
	Secrets *Secrets
	Sender  *Sender
	Prober  *Prober

	endpoints *endpoints
}

// Config has what webhooks work with.
type Config struct {
	Engine  *credentials.Engine
	Changes *httpapi.Changes
	Runner  *txn.Runner
	Egress  *egress.Client
	Log     *slog.Logger
	Probed  func(result string) // counts a probe
	Changed func()              // called after a change of an endpoint: its queue may be due
}

// New returns a handler, and makes signing secrets known to the engine.
func New(c Config) *Handler {
	secrets := newSecrets(c.Engine, c.Changes)
	sender := &Sender{egress: c.Egress, clock: c.Runner.Clock}
	return &Handler{
		Secrets: secrets, Sender: sender,
		Prober: &Prober{
			engine: c.Engine, runner: c.Runner, secrets: secrets, sender: sender, log: c.Log, count: c.Probed,
		},
		endpoints: &endpoints{
			engine: c.Engine, changes: c.Changes, secrets: secrets, egress: c.Egress, changed: c.Changed,
		},
	}
}

// Mount registers the routes.
func (h *Handler) Mount(r *httpapi.Router) {
	h.endpoints.mount(r)
	h.Prober.mount(r)
	h.Secrets.mount(r)
}
