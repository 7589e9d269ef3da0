package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// One data directory has one server: which events are on their way is known to one process alone.
func TestASecondServerIsRefused(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	first := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	code, out, log := call(t, c, "serve", "--data-dir", dir, "--listen", "127.0.0.1:0")
	if code != 1 || out != "" || !strings.Contains(log, "another quickconnectd serves this data directory") ||
		!strings.Contains(log, dir) {
		t.Errorf("exit code %d: %s%s", code, out, log)
	}
	if code := first.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
}

// A probe waits for a receiver that does not answer. The server does not wait for that when it is told to stop.
func TestStopWhileAReceiverIsProbed(t *testing.T) {
	asked, over := make(chan struct{}), make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-over
	}))
	t.Cleanup(receiver.Close)
	t.Cleanup(func() { close(over) })
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0", "--allow-private-endpoints")
	post := poster(t, s, bootstrapped(t, c, dir))
	_, connector := post("/v1/connectors", `{"name": "c", "owner": "o", "type": "custom"}`)
	_, policy := post("/v1/rotation-policies", `{"name": "p", "interval": "30d"}`)
	_, endpoint := post("/v1/webhook-endpoints",
		`{"name": "e", "connector_id": "`+connector+`", "url": "`+receiver.URL+`"}`)
	_, secret := post("/v1/signing-secrets", `{"name": "s", "owner": "o", "endpoint_id": "`+endpoint+
		`", "rotation_policy_id": "`+policy+`"}`)
	if status, _ := post("/v1/signing-secrets/"+secret+"/rotation/begin", "{}"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	<-asked // by the server itself, at once
	answered := make(chan int, 1)
	go func() {
		status, _ := post("/v1/webhook-endpoints/"+endpoint+"/probe", "")
		answered <- status
	}()
	<-asked
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if status := <-answered; status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
}

// Where nobody has opened them, private addresses are refused: by this program, and not only by the package behind it.
func TestPrivateEndpointsAreClosed(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(epoch)
	s := start(t, c, "--data-dir", dir, "--listen", "127.0.0.1:0")
	post := poster(t, s, bootstrapped(t, c, dir))
	_, connector := post("/v1/connectors", `{"name": "c", "owner": "o", "type": "custom"}`)
	for url, want := range map[string]int{
		"https://127.0.0.1/": http.StatusUnprocessableEntity, "http://127.0.0.1/": http.StatusUnprocessableEntity,
		"https://10.0.0.1/":    http.StatusUnprocessableEntity,
		"https://203.0.113.9/": http.StatusUnprocessableEntity, "https://hooks.example.com/": http.StatusCreated,
	} {
		if status, _ := post("/v1/webhook-endpoints",
			`{"name": "e", "connector_id": "`+connector+`", "url": "`+url+`"}`); status != want {
			t.Errorf("%s: status %d, want %d", url, status, want)
		}
	}
}

// bootstrapped makes the tenant acme with the environment staging, and returns its first token.
func bootstrapped(t *testing.T, c clock.Clock, dir string) string {
	t.Helper()
	_, out, _ := call(t, c, "bootstrap", "--data-dir", dir, "--tenant", "acme", "--environments", "staging")
	var tokens map[string]string
	if err := json.Unmarshal([]byte(out), &tokens); err != nil {
		t.Fatal(err)
	}
	return tokens["staging"]
}

// poster posts to a server, and returns the id of the object in the answer.
func poster(t *testing.T, s started, token string) func(path, body string) (status int, id string) {
	t.Helper()
	return func(path, body string) (status int, id string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer func() { _ = resp.Body.Close() }()
		answer, _ := io.ReadAll(resp.Body)
		var object struct{ ID string }
		_ = json.Unmarshal(answer, &object)
		return resp.StatusCode, object.ID
	}
}
