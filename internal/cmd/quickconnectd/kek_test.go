package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

// outside returns a double of a transit engine, and the URI of its key with a token of an operator.
func outside(t *testing.T, c clock.Clock) (v *transittest.Server, uri string) {
	t.Helper()
	v = transittest.New(t, c)
	return v, v.URI(transittest.TokenFile(t, v.Token(transittest.TokenOptions{Operator: true})))
}

// newOperated bootstraps a platform with a key, and serves it.
func newOperated(t *testing.T, c *clock.Fake, kek string) (*operated, started) {
	t.Helper()
	o := &operated{t: t, c: c, where: []string{"--data-dir", t.TempDir()}}
	bootstrap := strings.Fields("bootstrap --tenant acme --environments staging --kek " + kek)
	_, out, log := call(t, c, append(bootstrap, o.where...)...)
	var tokens map[string]string
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&tokens); err != nil {
		t.Fatal(out, log)
	}
	s := start(t, c, append(o.where, "--listen", "127.0.0.1:0")...)
	o.token, o.url = tokens["staging"], s.url
	return o, s
}

// TestServeWithAKeyOutside: a platform that begins with a key outside keeps no key on this machine, and no command
// needs --kek again.
func TestServeWithAKeyOutside(t *testing.T) {
	c := clock.NewFake(epoch)
	v, uri := outside(t, c)
	o, s := newOperated(t, c, uri)
	id := o.makeToken("first")
	if o.reveal(id) == "" || v.Calls("transit/encrypt/quickconnect") == 0 {
		t.Error("the engine sealed nothing")
	}
	text, err := os.ReadFile(filepath.Join(o.where[1], keyring.FileName))
	if err != nil || strings.Contains(string(text), "keyset") {
		t.Errorf("the file has a key: %s, %v", text, err)
	}
	wantHas(t, o.run("keyring list"), "keyring 1 2026-05-01T12:00:00Z current")
	o.run("token create --tenant acme --environment staging --role auditor --kek " + uri)
	o.refused("token list --tenant acme --environment staging --kek file://",
		"move the platform to that key with quickconnectd keyring move")
	for _, secret := range v.Secrets() {
		if strings.Contains(s.log.String(), secret) || strings.Contains(string(text), secret) {
			t.Error("the log or the file has a token of the engine")
		}
	}
}

// TestKEKIsChecked: a URI that cannot be is refused before anything is made.
func TestKEKIsChecked(t *testing.T) {
	for uri, says := range map[string]string{
		"hcvault://vault/transit/k":                "token-file",
		"hcvault+http://vault/transit/k":           "localhost",
		"vault":                                    "hcvault://",
		"file:///elsewhere/keyring.json":           "symbolic link",
		"hcvault://vault/transit/k?token=hvs.oops": "parameters",
	} {
		dir := filepath.Join(t.TempDir(), "data")
		code, out, log := call(t, clock.NewFake(epoch), "bootstrap", "--tenant", "acme", "--environments", "staging",
			"--data-dir", dir, "--kek", uri)
		if code != exitUsage || out != "" || !strings.Contains(log, says) || strings.Contains(log, "hvs.oops") {
			t.Errorf("%s: exit code %d: %s", uri, code, log)
		}
		if _, err := os.Stat(filepath.Join(dir, keyring.FileName)); err == nil {
			t.Errorf("%s: there is a keyring", uri)
		}
	}
}

// TestMoveJourney is what an operator does to take the key off the machine, beside a server, and to put it back.
func TestMoveJourney(t *testing.T) {
	c := clock.NewFake(epoch)
	v, uri := outside(t, c)
	o, _ := newOperated(t, c, "file://")
	id := o.makeToken("first")
	value := o.reveal(id)
	wantHas(t, o.run("keyring move --to "+uri), "key 2 of the keyring seals what is new: hcvault+http://"+v.Host,
		"everything is under key 2; keys ended: 1", "back up keyring.json")
	wantHas(t, o.run("keyring list"), "current (version 1 of hcvault+http://"+v.Host+"/transit/quickconnect)")
	wantHas(t, o.run("keyring rotate --rewrap"), "key 3 of the keyring", "everything is sealed under key 3")
	wantHas(t, o.run("keyring retire 2"), "key 2 is retired")
	if o.reveal(id) != value || v.Versions() != 2 {
		t.Error("another value, or another number of versions")
	}
	wantHas(t, o.run("doctor"), "ok keyring it opens the keys of the database; key 3 seals what is new")
	wantHas(t, o.run("keyring move --to file://"), "key 4 of the keyring seals what is new", "keys ended: 3")
	v.Set(transittest.Down)
	if o.reveal(id) != value {
		t.Error("another value")
	}
}

// TestDoctorAsksTheKeyService: doctor logs in as --kek says, and tells an outage of the service from a
// refusal, and both from a wrong --kek.
func TestDoctorAsksTheKeyService(t *testing.T) {
	c := clock.NewFake(epoch)
	v, uri := outside(t, c)
	o, _ := newOperated(t, c, uri)
	doctor := func(kek string) string {
		t.Helper()
		_, out, log := call(t, c, append(strings.Fields("doctor --kek "+kek), o.where...)...)
		for _, secret := range v.Secrets() {
			if strings.Contains(out+log, secret) {
				t.Error("it prints a token of the engine")
			}
		}
		return strings.Join(strings.Fields(out), " ")
	}
	useless := v.URI(transittest.TokenFile(t, v.Token(transittest.TokenOptions{Useless: true})))
	wantHas(t, doctor(uri), "ok keyring it opens the keys of the database")
	wantHas(t, doctor(useless), "fail keyring the key-management service "+v.Host, "no sealed value opens")
	wantHas(t, doctor("file://"), "fail keyring", "move the platform to that key with quickconnectd keyring move")
	wantHas(t, doctor("vault"), "fail keyring --kek")
	v.Set(transittest.Sealed)
	wantHas(t, doctor(uri), "fail keyring the key-management service "+v.Host+" is sealed", "unseal the service")
}

// TestStartWaitsForTheKeyService: a start finds the service sealed and waits, the first one of a platform too.
// Begun again, it goes on.
func TestStartWaitsForTheKeyService(t *testing.T) {
	c := clock.NewFake(epoch)
	v, uri := outside(t, c)
	o, s := newOperated(t, c, uri)
	s.stop()
	for name, dir := range map[string]string{"a platform": o.where[1], "the first start": t.TempDir()} {
		v.Set(transittest.Sealed)
		args := []string{"--data-dir", dir, "--kek", uri, "--listen", "127.0.0.1:0"}
		ctx, cancel := context.WithCancel(t.Context())
		log := &lines{}
		code := make(chan int, 1)
		go func() { code <- run(ctx, append([]string{"serve"}, args...), io.Discard, log, c) }()
		for tick := time.NewTicker(time.Millisecond); !strings.Contains(log.String(), "the start waits for the key-man"); {
			select {
			case <-tick.C:
			case ended := <-code:
				t.Fatalf("%s ended with %d: %s", name, ended, log)
			}
		}
		cancel()
		if got := <-code; got == 0 || !strings.Contains(log.String(), "is sealed") {
			t.Errorf("%s: %d %s", name, got, log)
		}
		v.Set(transittest.Active)
		served := start(t, c, args...)
		if served.stop() != 0 {
			t.Errorf("%s: %s", name, served.log)
		}
	}
}
