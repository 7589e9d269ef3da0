package platform_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/people"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/txn"
)

const pathConsents = "/v1/consents"

// human is a person with one role in acme/staging, whose requests are made inside of the process. The sign-in is left
// out.
type human struct {
	w       *world
	session *store.Session
}

// newHuman makes a person and a session. The group is called as the role.
func (w *world) newHuman(name, role string) human {
	w.t.Helper()
	ctx := w.t.Context()
	known, err := people.ListIssuers(ctx, w.store, w.keyring, w.clock, "acme")
	if err != nil {
		w.t.Fatal(err)
	}
	if len(known) == 0 {
		w.addIssuer(people.NewIssuer{})
	}
	by := api.RoleSecurity
	if !api.MayGrant(by, role) {
		by = api.RoleDeployer
	}
	w.as(by, "POST", pathBindings, object{"issuer": "corp", "email": name + "@example.com", "role": role}).want(201)
	return human{w, w.session(people.Said{
		Subject: name, Name: name + "@example.com", Email: name + "@example.com", EmailVerified: true,
	})}
}

// session makes a session of a person as if the issuer corp of acme had signed the person in.
func (w *world) session(said people.Said) *store.Session {
	w.t.Helper()
	ctx := w.t.Context()
	runner, err := txn.Open(ctx, w.store, w.keyring, w.clock, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	session := &store.Session{
		Tenant: "acme", ID: "ses_" + said.Subject, Kind: store.SessionBrowser,
		TokenHash: []byte(said.Subject), KeyEnvironment: "staging", ExpiresAt: w.clock.Now().Add(365 * 24 * time.Hour),
	}
	err = runner.Update(ctx, txn.Caller{}, func(tx *txn.Tx) error {
		issuer, err := people.IssuerByName(ctx, tx, "acme", "corp")
		if err != nil {
			return err
		}
		p, err := people.Record(ctx, tx, issuer, said)
		if err != nil {
			return err
		}
		session.PersonID, session.IssuerID = p.ID, issuer.ID
		session.CreatedAt, session.CheckedAt = tx.Now, tx.Now
		session.SeenAt = session.ExpiresAt // the clock of a test leaps, and nobody is idle
		if err := tx.InsertSession(ctx, session); err != nil {
			return err
		}
		bound, err := tx.Keys.Rows().Session(session)
		return tx.Bind(ctx, bound, err)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return session
}

// asks sends a request as the console does for a person.
func (h human) asks(method, path string, body any) *reply {
	h.w.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		h.w.t.Fatal(err)
	}
	ctx := access.WithPerson(h.w.t.Context(), &access.Person{Session: h.session, Environment: "staging"})
	r := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(data))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	h.w.p.ServeHTTP(answer, r)
	return &reply{
		t: h.w.t, what: method + " " + path, status: answer.Code, header: answer.Header(), body: answer.Body.Bytes(),
	}
}

// newConsent asks for a consent to scopes for connectors of type custom.
func (w *world) newConsent(scopes ...string) api.Consent {
	w.t.Helper()
	body := object{"connector_type": "custom", "scopes": scopes, "purpose": "Send reminders to patients."}
	return decoded[api.Consent](w.do("POST", pathConsents, body).want(201))
}

// grants agrees to some of the scopes of a consent.
func (h human) grants(c api.Consent, scopes ...string) api.Consent {
	h.w.t.Helper()
	body := object{"decision": api.DecisionGrant, "scopes": scopes}
	return decoded[api.Consent](h.asks("POST", pathConsents+"/"+c.ID+"/decide", body).want(200))
}

// revokes ends a consent.
func (h human) revokes(c api.Consent) {
	h.w.t.Helper()
	h.asks("POST", pathConsents+"/"+c.ID+"/revoke", nil).want(200)
}

func consented(tb testing.TB) (*world, human) {
	tb.Helper()
	w := newWorld(tb)
	return w, w.newHuman("ada", api.RoleConsenter)
}
