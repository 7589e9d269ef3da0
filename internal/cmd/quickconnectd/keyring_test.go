package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/pgtest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// operated is a platform with a server, and commands beside it.
type operated struct {
	t     *testing.T
	c     *clock.Fake
	where []string
	url   string
	token string
}

// onBothEngines runs a test on a platform of each engine, with a server that runs.
func onBothEngines(t *testing.T, test func(t *testing.T, o *operated)) {
	t.Helper()
	for engine, where := range map[string]func(t *testing.T) []string{
		"sqlite": func(t *testing.T) []string {
			t.Helper()
			return []string{"--data-dir", t.TempDir()}
		},
		"postgres": func(t *testing.T) []string {
			t.Helper()
			return []string{"--data-dir", t.TempDir(), "--database", pgtest.Shared(t).Empty(t)}
		},
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			o := &operated{t: t, c: clock.NewFake(epoch), where: where(t)}
			out := o.run("bootstrap --tenant acme --environments staging")
			var tokens map[string]string
			if err := json.NewDecoder(strings.NewReader(out)).Decode(&tokens); err != nil {
				t.Fatal(out)
			}
			o.token, o.url = tokens["staging"], start(t, o.c, append(o.where, "--listen", "127.0.0.1:0")...).url
			test(t, o)
		})
	}
}

// run runs a command that succeeds.
func (o *operated) run(words string) string {
	o.t.Helper()
	code, out, log := call(o.t, o.c, append(strings.Fields(words), o.where...)...)
	if code != exitOK {
		o.t.Fatalf("%s: exit code %d: %s", words, code, log)
	}
	return out + log
}

// refused runs a command that fails, and wants a text in its error.
func (o *operated) refused(words, want string) {
	o.t.Helper()
	code, out, log := call(o.t, o.c, append(strings.Fields(words), o.where...)...)
	if code != exitError || out != "" || !strings.Contains(log, want) {
		o.t.Errorf("%s: exit code %d, want 1 with %q: %s%s", words, code, want, out, log)
	}
}

// ask sends a request to the server.
func (o *operated) ask(method, path, body string) map[string]any {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	var out map[string]any
	if err != nil || resp.StatusCode >= 300 || json.Unmarshal(text, &out) != nil {
		o.t.Fatalf("%s %s: status %d: %s (%v)", method, path, resp.StatusCode, text, err)
	}
	return out
}

// makeToken makes a scoped token, and a connector of its own, and returns the id of the token.
func (o *operated) makeToken(name string) string {
	o.t.Helper()
	connector := o.ask(http.MethodPost, "/v1/connectors", `{"name":"`+name+`","owner":"team","type":"custom"}`)
	id, _ := connector["id"].(string)
	token := o.ask(http.MethodPost, "/v1/scoped-tokens",
		`{"name":"`+name+`","owner":"team","scopes":["messages:send"],"expires_at":"2026-06-01T00:00:00Z",`+
			`"connector_id":"`+id+`"}`)
	id, _ = token["id"].(string)
	return id
}

func (o *operated) reveal(id string) string {
	o.t.Helper()
	value, _ := o.ask(http.MethodPost, "/v1/scoped-tokens/"+id+"/versions/1/reveal", "")["value"].(string)
	return value
}

// TestKeyringJourney is what an operator does, beside a server: rotate, look, seal again, retire.
func TestKeyringJourney(t *testing.T) {
	onBothEngines(t, func(t *testing.T, o *operated) {
		t.Helper()
		first := o.makeToken("first")
		value := o.reveal(first)
		wantHas(t, o.run("keyring list"), "keyring 1 2026-05-01T12:00:00Z current platform keys: ", "values: 1",
			"lookup 1 2026-05-01T12:00:00Z current principals: 1, values: 1", "comparison acme/staging 1 ")
		wantHas(t, o.run("keyring rotate"), "key 2 of the keyring seals what is new", "back up keyring.json")
		second := o.makeToken("second")
		wantHas(t, o.run("keyring list"), "1 2026-05-01T12:00:00Z older ", "current values: 1")
		o.refused("keyring retire 1", "values: 1): run quickconnectd keyring rewrap")
		o.refused("keyring retire 2", "it is the current one: run quickconnectd keyring rotate --rewrap")
		wantHas(t, o.run("keyring rewrap"), "everything is sealed under key 2")
		wantHas(t, o.run("keyring rewrap"), "everything is sealed under key 2 already")
		wantHas(t, o.run("keyring retire 1"), "key 1 is retired and no longer in keyring.json")
		o.refused("keyring retire 1", "was retired already")
		wantHas(t, o.run("keyring list"), "1 2026-05-01T12:00:00Z retired 2026-05-01T12:00:00Z nothing")
		wantHas(t, o.run("keyring rotate --rewrap"), "key 3", "9 of 9 done", "sealed or hashed 9 again")
		if o.reveal(first) != value || o.reveal(second) == "" {
			t.Error("a value changed")
		}
	})
}

// TestOtherKeysJourney rotates the lookup key and the comparison keys beside a server.
func TestOtherKeysJourney(t *testing.T) {
	onBothEngines(t, func(t *testing.T, o *operated) {
		t.Helper()
		first := o.makeToken("first")
		wantHas(t, o.run("keyring rotate --lookup"), "lookup key 2 makes the hashes of new values")
		second := o.makeToken("second")
		wantHas(t, o.run("keyring list"), "lookup 1 2026-05-01T12:00:00Z older principals: 1, values: 1",
			"lookup 2 2026-05-01T12:00:00Z current values: 1")
		o.refused("keyring retire 1 --lookup --forget-ended", "values: run quickconnectd keyring rewrap; principals: make")
		wantHas(t, o.run("keyring rewrap"), "1 of 1 done")
		if o.reveal(first) == "" || o.reveal(second) == "" {
			t.Error("a value is gone")
		}
		deployer := "token create --tenant acme --environment staging --role deployer"
		old := o.token
		o.token = strings.TrimSpace(o.run(deployer))
		if status, id := identity(t, http.DefaultClient, o.url, old); status != http.StatusOK {
			t.Errorf("a token under the older key: status %d", status)
		} else {
			o.run("token revoke --id " + id.PrincipalID)
		}
		o.refused("keyring retire 1 --lookup", "ended principals: 1): these have ended")
		wantHas(t, o.run("keyring retire 1 --lookup --forget-ended"), "lookup key 1 is retired")
		wantHas(t, o.run("keyring rotate --comparison --tenant acme"), "comparison key 2 of tenant acme, environment staging")
		o.refused("keyring rotate --comparison --tenant other", "there is no such environment")
		wantHas(t, o.run("keyring retire 1 --comparison --tenant acme --environment staging"), "comparison key 1 of tenant")
		o.refused("keyring retire 2 --comparison --tenant acme --environment staging", "it is the current one")
		o.refused("keyring retire 7 --lookup", "there is no lookup key 7")
		if o.reveal(first) == "" {
			t.Error("a value is gone")
		}
	})
}

// wantHas wants texts in an output, whatever the width of its columns is.
func wantHas(t *testing.T, out string, texts ...string) {
	t.Helper()
	out = strings.Join(strings.Fields(out), " ")
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("there is no %q in: %s", text, out)
		}
	}
}

// TestOneKeyringCommandAtATime: a second one is refused, and changes nothing.
func TestOneKeyringCommandAtATime(t *testing.T) {
	o := &operated{t: t, c: clock.NewFake(epoch), where: []string{"--data-dir", t.TempDir()}}
	o.run("bootstrap --tenant acme --environments staging")
	unlock, err := lockKeyring(o.where[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"keyring rotate", "keyring rewrap", "keyring retire 1"} {
		o.refused(words, "another quickconnectd keyring command is at work")
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	wantHas(t, o.run("keyring rotate"), "key 2 of the keyring")
}

// rotated is a keyring with two keys for the tests of doctor, which may have lost the older one.
func rotated(both bool, uses []keys.Use) keyringFacts {
	return keyringFacts{exists: true, needed: true, keys: []keys.KEK{
		{KEK: store.KEK{Number: 1}, Known: true, InFile: both, Uses: uses},
		{KEK: store.KEK{Number: 2}, Known: true, InFile: true, Current: true},
	}}
}

var values = []keys.Use{{What: "values", Count: 7}}
