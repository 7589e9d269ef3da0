package platform

import (
	"context"
	"crypto/rand"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/console"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/httpapi"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/sessions"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/workload"
)

// newSessions makes what signs people in, in browsers and with commands.
func newSessions(c Config, r *txn.Runner, v *workload.Verifier) *sessions.Sessions {
	return sessions.New(sessions.Config{
		Runner: r, Client: people.NewClient(v, r.Clock), PublicURL: c.PublicURL, Log: c.Logger,
	})
}

// mountConsole adds the pages for people, where browsers find the platform.
func mountConsole(
	c Config, router *httpapi.Router, h http.Handler, r *txn.Runner, v *workload.Verifier, signedIn *sessions.Sessions,
) {
	if c.PublicURL == "" {
		return
	}
	pages := console.New(console.Config{
		API: h, Sessions: signedIn, Limit: httpapi.Anonymous(router), Restored: r.Restored, Log: c.Logger,
		Now: r.Clock.Now, NewKey: rand.Text, Try: trying(r, v),
	}).Handler()
	httpapi.Pages(router, sessions.Home, pages)
	httpapi.Pages(router, sessions.Home+"/", pages)
}

// CheckSessions asks the issuers of people about the sessions that are due, if this process leads, and returns when it
// has done so.
func (s *Server) CheckSessions(ctx context.Context) error {
	return s.confirmed(ctx, s.signedIn.Check)
}
