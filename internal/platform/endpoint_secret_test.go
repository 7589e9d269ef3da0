package platform_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const (
	secretPath  = "/services/T0/B0/canary-cGF0aCBvZiBhIHNlY3JldA"
	otherPath   = "/services/T0/B0/canary-YW5vdGhlciBwYXRoIG9mIGl0"
	headerValue = "canary-dmFsdWUgb2YgYSBoZWFkZXI"
)

// Of a URL that is a secret, the host alone is shown; the path is in no record, log, audit or file.
func TestSecretURL(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	host := strings.TrimPrefix(h.server.URL, "http://")
	e := w.patchEndpoint(h.endpoint, object{"secret_url": h.server.URL + secretPath, "url_wo_version": 1})
	if e.URL != nil || e.URLHost != host || e.URLDigest == nil || *e.URLWOVersion != 1 || e.Etag != "2" {
		t.Errorf("%+v", e)
	}
	if same := w.patchEndpoint(h.endpoint, object{"secret_url": h.server.URL + secretPath}); same.Etag != "2" {
		t.Error("the same URL again is a change")
	}
	id := w.sent(h.endpoint)
	w.deliver()
	if a := h.took(1)[0]; a.path != secretPath || a.id() != id {
		t.Errorf("%s arrived at %s", a.id(), a.path)
	}
	made := w.newEndpoint("made", h.connector, object{"url": nil, "secret_url": h.server.URL + otherPath})
	if made.URL != nil || made.URLHost != host || *made.URLDigest == *e.URLDigest {
		t.Errorf("%+v", made)
	}

	// Neither a failure nor a refusal shows more.
	w.patchEndpoint(h.endpoint, object{"secret_url": "https://nowhere.example.com" + secretPath})
	w.sent(h.endpoint)
	w.deliver()
	p := w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"secret_url": "https://10.0.0.1:x" + secretPath}).
		problem(api.CodeInvalid, "/secret_url")
	if strings.Contains(p.Detail, "canary") {
		t.Error(p.Detail)
	}
	if failing := w.endpoint(h.endpoint).Failing; failing == nil || strings.Contains(failing.Detail, "nowhere") {
		t.Errorf("%+v", failing)
	}
	w.wantNowhere(map[string]string{"the path": secretPath, "the other path": otherPath})

	// A plain URL takes the place of the secret one, and the other way round.
	e = w.patchEndpoint(h.endpoint, object{"url": h.server.URL + "/plain", "url_wo_version": nil})
	if e.ShownURL() != h.server.URL+"/plain" || e.URLDigest != nil || e.URLWOVersion != nil {
		t.Errorf("%+v", e)
	}
	w.deliver()
	if a := h.took(1)[0]; a.path != "/plain" {
		t.Errorf("arrived at %s", a.path)
	}
	if e := w.patchEndpoint(h.endpoint, object{"url": nil, "secret_url": h.server.URL + otherPath}); e.URL != nil {
		t.Errorf("%+v", e)
	}
}

func TestExactlyOneURL(t *testing.T) {
	w := newWorld(t)
	c := w.newConnector("hooks", nil)
	const url = "https://hooks.example.com/"
	for _, body := range []object{{}, {"url": url, "secret_url": url}} {
		body["name"], body["connector_id"] = "hooks", c.ID
		w.do("POST", pathEndpoints, body).problem(api.CodeInvalid, "/url")
	}
	e := w.newEndpoint("hooks", c.ID, nil)
	for _, body := range []object{{"url": nil}, {"url": url, "secret_url": url}} {
		w.do("PATCH", pathEndpoints+"/"+e.ID, body).problem(api.CodeInvalid, "/url")
	}
}

// Another URL is another receiver, also where both are secrets of one host.
func TestNewSecretURLForgetsProofs(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	w.patchEndpoint(h.endpoint, object{"secret_url": h.server.URL + secretPath})
	h.staged(1, 2)
	w.probe()
	w.patchEndpoint(h.endpoint, object{"secret_url": h.server.URL + secretPath, "headers": object{"X-Api-Key": "x"}})
	if r := w.secret(h.secret).Rotation; !r.Acknowledged {
		t.Errorf("the same receiver has to prove itself again: %+v", r)
	}
	w.patchEndpoint(h.endpoint, object{"secret_url": h.server.URL + otherPath})
	if r := w.secret(h.secret).Rotation; r.Acknowledged {
		t.Errorf("another receiver has proven something: %+v", r)
	}
}

// Every delivery and probe has the headers of its endpoint. Nothing shows them.
func TestEndpointHeaders(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	e := w.patchEndpoint(h.endpoint, object{
		"headers": object{"X-Api-Key": headerValue, "authorization": "Basic " + headerValue}, "headers_wo_version": 3,
	})
	if e.HeadersDigest == nil || *e.HeadersWOVersion != 3 {
		t.Errorf("%+v", e)
	}
	w.sent(h.endpoint)
	w.deliver()
	h.staged(1, 2)
	w.probe()
	for _, a := range h.took(3) {
		if a.header.Get("X-Api-Key") != headerValue || a.header.Get("Authorization") != "Basic "+headerValue {
			t.Errorf("%v", a.header)
		}
	}
	if again := w.patchEndpoint(h.endpoint, object{"labels": object{"a": "b"}}); *again.HeadersDigest != *e.HeadersDigest {
		t.Error("another change changed the headers")
	}
	w.wantNowhere(map[string]string{"the header": headerValue})
	if e := w.patchEndpoint(h.endpoint, object{"headers": nil}); e.HeadersDigest == nil {
		t.Error("null removes the headers")
	}
	if e := w.patchEndpoint(h.endpoint, object{"headers": object{}}); e.HeadersDigest != nil {
		t.Error("an empty object leaves the headers")
	}
	w.sent(h.endpoint)
	w.deliver()
	if a := h.took(1)[0]; a.header.Get("X-Api-Key") != "" {
		t.Errorf("%v", a.header)
	}
	for _, name := range []string{
		"webhook-id", "Webhook-Extra", "HOST", "Content-Length", "Transfer-Encoding", "connection", "a b",
	} {
		w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"headers": object{name: headerValue}}).
			problem(api.CodeInvalid, "/headers/"+name)
	}
}

// A receiver with a certificate of its own authority, which wants a certificate of the platform.
func TestEndpointCertificates(t *testing.T) {
	w := newWorld(t)
	h := w.newHook("hooks", nil)
	server := httptest.NewUnstartedServer(h.receiver)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	der, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))

	id := ""
	attempt := func(n int, outcome, word string) {
		t.Helper()
		w.deliver()
		if last := w.attempted(h.endpoint, id, n); last.Outcome != outcome || !strings.Contains(last.Detail, word) {
			t.Errorf("%+v, want %s, %s", last, outcome, word)
		}
	}
	w.patchEndpoint(h.endpoint, object{"url": server.URL})
	id = w.sent(h.endpoint)
	attempt(1, "untrusted", "ca_certificate sets")
	w.patchEndpoint(h.endpoint, object{"ca_certificate": certificate})
	attempt(2, "handshake", "client certificate")
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"client_certificate": certificate}).
		problem(api.CodeInvalid, "/client_certificate")
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"client_key": key}).problem(api.CodeInvalid, "/client_key")
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"client_certificate": certificate, "client_key": "x"}).
		problem(api.CodeInvalid, "/client_key")
	w.do("PATCH", pathEndpoints+"/"+h.endpoint, object{"ca_certificate": key}).problem(api.CodeInvalid, "/ca_certificate")
	e := w.patchEndpoint(h.endpoint, object{
		"client_certificate": certificate, "client_key": key, "client_key_wo_version": 1,
	})
	if *e.ClientCertificate != certificate || e.ClientKeyDigest == nil {
		t.Errorf("%+v", e)
	}
	attempt(3, api.AttemptAccepted, "204")
	h.took(1)
	w.wantNowhere(map[string]string{"the key": strings.Split(key, "\n")[2]})
	e = w.patchEndpoint(h.endpoint, object{"client_certificate": nil, "ca_certificate": nil})
	if e.ClientKeyDigest != nil || e.ClientCertificate != nil || e.CACertificate != nil {
		t.Errorf("%+v", e)
	}
}

// A value that was sealed for another endpoint does not open, and the queue goes on.
func TestExchangedEndpointValueDoesNotOpen(t *testing.T) {
	w := newWorld(t)
	h, other := w.newHook("hooks", nil), w.newHook("other", nil)
	w.patchEndpoint(h.endpoint, object{"secret_url": h.server.URL + secretPath})
	w.patchEndpoint(other.endpoint, object{"secret_url": other.server.URL + otherPath})
	w.tamper(`UPDATE webhook_endpoints SET sealed_url =
		(SELECT sealed_url FROM webhook_endpoints WHERE id = ?) WHERE id = ?`, other.endpoint, h.endpoint)
	id := w.sent(h.endpoint)
	w.deliver()
	if last := w.attempted(h.endpoint, id, 1); last.Outcome != api.AttemptUnreadable {
		t.Errorf("%+v", last)
	}
	h.took(0)
	other.took(0)
}
