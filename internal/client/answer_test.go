package client

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const otherConnectorID = "con_01ARZ3NDEKTSV4RRFFQ69G5FAW"

// here is the identity of the client in the tests. Every server of the tests names its platform, unless a step changes
// it.
func here() api.Identity {
	return api.Identity{
		Tenant: "acme", Environment: "staging", PlatformID: "plt_01ARZ3NDEKTSV4RRFFQ69G5FAV", Incarnation: 2,
	}
}

// connectorWith is the answer about the connector that is asked for, after a change.
func connectorWith(change func(*api.Object)) http.HandlerFunc {
	c := aConnector()
	change(&c.Object)
	return respondJSON(c)
}

// Whatever the operation, an answer about another object is an error of the connection: never the object, never "not
// found".
func TestAnswersAboutAnotherObjectAreErrors(t *testing.T) {
	answers := map[string]struct {
		change func(*api.Object)
		came   string
	}{
		"another id":          {func(o *api.Object) { o.ID = otherConnectorID }, otherConnectorID},
		"another kind":        {func(o *api.Object) { o.ID = "tok_01ARZ3NDEKTSV4RRFFQ69G5FAV" }, "scoped token tok_01"},
		"no kind":             {func(o *api.Object) { o.ID = "qct_CANARY01" }, "about an object"},
		"another tenant":      {func(o *api.Object) { o.Tenant = "umbrella" }, `tenant "umbrella"`},
		"another environment": {func(o *api.Object) { o.Environment = "production" }, `environment "production"`},
		"no place":            {func(o *api.Object) { o.Tenant, o.Environment = "CANARY", "" }, "tenant unknown"},
	}
	operations := map[string]func(Connectors) error{
		"get": func(c Connectors) error { _, err := c.Get(t.Context(), connectorID); return err },
		"patch": func(c Connectors) error {
			_, err := c.Patch(t.Context(), connectorID, api.ConnectorPatch{}, Write{})
			return err
		},
		"hold": func(c Connectors) error {
			_, err := c.Hold(t.Context(), connectorID, api.HoldRequest{Reason: "r"}, Write{})
			return err
		},
	}
	for name, a := range answers {
		for op, call := range operations {
			t.Run(op+", "+name, func(t *testing.T) {
				c := newClient(t, serve(t, connectorWith(a.change)).URL, nil)
				wantOtherAnswer(t, call(c.For(here()).Connectors()), connectorID, a.came)
			})
		}
	}
}

func wantOtherAnswer(t *testing.T, err error, says ...string) {
	t.Helper()
	var other *OtherAnswerError
	if !errors.As(err, &other) || IsNotFound(err) {
		t.Fatalf("got %v", err)
	}
	for _, s := range append(says, "mixes answers up") {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q is not in %s", s, err)
		}
	}
	assertNoCanary(t, "the error", err.Error())
}

func TestCreateIsAnsweredUnderItsName(t *testing.T) {
	s := serve(t, connectorWith(func(o *api.Object) { o.Name = "chat" }))
	c := newClient(t, s.URL, nil).For(here())
	_, err := c.Connectors().Create(t.Context(), withCredential)
	wantOtherAnswer(t, err, `connector "mail"`, `name "chat"`)
	var e *Error
	if errors.As(err, &e); !e.Write {
		t.Error("nobody knows whether it was created, and the error does not say so")
	}
}

// The answer of a step, and of an acknowledgement, which may have none.
func TestStepsAreAnsweredAboutTheirObject(t *testing.T) {
	const other = "tok_01ARZ3NDEKTSV4RRFFQ69G5FAW"
	answer := respondJSON(api.ScopedToken{Object: api.Object{ID: other, Tenant: "acme", Environment: "staging"}})
	tokens := newClient(t, serve(t, answer).URL, nil).For(here()).ScopedTokens()
	_, err := tokens.Step(t.Context(), "tok_01", api.StepBegin, api.StepRequest{}, Write{})
	wantOtherAnswer(t, err, "tok_01", other)
	wantOtherAnswer(t, tokens.Acknowledge(t.Context(), "tok_01", 2, Write{}), "tok_01", other)
}

func TestListsHaveItemsOfOnePlaceAndKind(t *testing.T) {
	for name, item := range map[string]api.Object{
		"another kind":        {ID: "tok_01", Name: "mail", Tenant: "acme", Environment: "staging"},
		"another tenant":      {ID: connectorID, Name: "mail", Tenant: "umbrella", Environment: "staging"},
		"another environment": {ID: connectorID, Name: "mail", Tenant: "acme", Environment: "production"},
	} {
		t.Run(name, func(t *testing.T) {
			page := respondJSON(api.Page[api.Connector]{Items: []api.Connector{{Object: item}}})
			c := newClient(t, serve(t, page).URL, nil).For(here()).Connectors()
			_, err := c.ByName(t.Context(), "mail")
			wantOtherAnswer(t, err, `connector "mail"`)
			_, err = c.List(t.Context(), Filter{})
			wantOtherAnswer(t, err, "the connectors")
		})
	}
	page := respondJSON(api.Page[api.Delivery]{Items: []api.Delivery{{EndpointID: "wep_02"}}})
	_, err := newClient(t, serve(t, page).URL, nil).WebhookEndpoints().Deliveries(t.Context(), "wep_01")
	wantOtherAnswer(t, err, "wep_01")
}

func TestRevealIsOfTheVersionAskedFor(t *testing.T) {
	s := serve(t, respondJSON(map[string]any{"version": 3, "value": "qct_CANARY"}))
	_, err := newClient(t, s.URL, nil).ScopedTokens().Reveal(t.Context(), "tok_01", 4)
	wantOtherAnswer(t, err, "version 4 of scoped token tok_01", "version 3")
}
