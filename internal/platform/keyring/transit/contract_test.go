package transit_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring/transit"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/transittest"
)

var (
	plain      = []byte("a data key, which no error has")
	associated = []byte("data key\x00acme\x00staging\x00tok_1")
)

// client makes a client for a URI.
func client(t *testing.T, v transittest.Vault, uri string) *transit.Client {
	t.Helper()
	k, err := transit.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	c, err := transit.New(k, transit.Options{Clock: v.Clock(), Jitter: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func withToken(t *testing.T, v transittest.Vault, o transittest.TokenOptions) *transit.Client {
	t.Helper()
	return client(t, v, v.URI(transittest.TokenFile(t, v.Token(o))))
}

// want checks what kind of error it is, that it says why, and that it has no secret.
func want(t *testing.T, err error, kind transit.Kind, texts ...string) {
	t.Helper()
	var e *transit.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("got %v, want an error of kind %d", err, kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("there is no %q in: %v", text, err)
		}
	}
	for _, secret := range []string{string(plain), "vault:v", "hvs.", "eyJ", "invalid token", "nobody repeats"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error has %q: %v", secret, err)
		}
	}
}

func seal(t *testing.T, c *transit.Client, version int64) []byte {
	t.Helper()
	sealed, err := c.Encrypt(t.Context(), version, plain, associated)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantOpens(t *testing.T, c *transit.Client, sealed []byte) {
	t.Helper()
	if got, err := c.Decrypt(t.Context(), sealed, associated); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("it does not open: %v", err)
	}
}

// TestContract is what the platform relies on, of the double and, with QC_VAULT, of a real server.
func TestContract(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, v transittest.Vault){
		"versions": versions, "associated data": associatedData, "batch": batch, "deleted key": deletedKey,
		"denied": denied, "revoked token": revokedToken, "JWT": logsInWithJWT, "Kubernetes": logsInAtKubernetes,
		"renewal": renewal, "longest life": longestLife, "sealed": sealed, "namespace": namespace,
	} {
		t.Run(name, func(t *testing.T) { transittest.Each(t, test) })
	}
}

// versions: a pinned version seals, whatever newer ones there are, and the oldest that opens can be raised.
func versions(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{Operator: true})
	if n, err := c.Newest(t.Context()); err != nil || n != 1 {
		t.Fatalf("version %d, %v", n, err)
	}
	first := seal(t, c, 1)
	if n, err := c.Rotate(t.Context()); err != nil || n != 2 {
		t.Fatalf("version %d, %v", n, err)
	}
	pinned, second := seal(t, c, 1), seal(t, c, 2)
	for sealed, want := range map[string]int64{string(pinned): 1, string(second): 2} {
		if n, err := transit.VersionOf([]byte(sealed)); err != nil || n != want {
			t.Errorf("version %d, %v, want %d", n, err, want)
		}
	}
	_, err := c.Encrypt(t.Context(), 3, plain, associated)
	want(t, err, transit.Refused, "version of the key")
	wantOpens(t, c, first)
	v.SetMinimum(2, 0)
	_, err = c.Decrypt(t.Context(), first, associated)
	want(t, err, transit.Unopened, "min_decryption_version")
	wantOpens(t, c, second)
	v.SetMinimum(0, 2)
	_, err = c.Encrypt(t.Context(), 1, plain, associated)
	want(t, err, transit.Refused, "min_encryption_version")
	_, err = withToken(t, v, transittest.TokenOptions{}).Rotate(t.Context())
	want(t, err, transit.Refused, "keys/quickconnect/rotate")
}

func associatedData(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{})
	good := seal(t, c, 1)
	wantOpens(t, c, good)
	other := bytes.Clone(good)
	other[len(other)/2] ^= 2
	for name, test := range map[string][2][]byte{
		"other associated data": {good, []byte("tok_2")}, "none": {good, nil}, "a changed byte": {other, associated},
		"a newer version": {bytes.Replace(good, []byte("v1"), []byte("v9"), 1), associated},
		"no ciphertext":   {[]byte("hello"), associated}, "cut short": {good[:20], associated},
	} {
		if _, err := c.Decrypt(t.Context(), test[0], test[1]); err == nil {
			t.Errorf("%s: it opens", name)
		} else {
			want(t, err, transit.Unopened)
		}
	}
}

// batch: one that does not open keeps no other from it.
func batch(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{})
	all := make([]transit.Sealed, transit.MaxBatch)
	good := seal(t, c, 1)
	for i := range all {
		all[i] = transit.Sealed{Text: good, Associated: associated}
	}
	all[7].Associated = []byte("of another credential")
	opened, err := c.DecryptAll(t.Context(), all)
	if err != nil || len(opened) != len(all) {
		t.Fatal(len(opened), err)
	}
	for i, o := range opened {
		if (o.Err != nil) != (i == 7) || o.Err == nil && !bytes.Equal(o.Plain, plain) {
			t.Errorf("value %d: %v", i, o.Err)
		}
	}
	want(t, opened[7].Err, transit.Unopened)
}

func deletedKey(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{})
	good := seal(t, c, 1)
	v.DeleteKey()
	_, err := c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Refused, "has no key quickconnect")
	_, err = c.DecryptAll(t.Context(), []transit.Sealed{{Text: good, Associated: associated}})
	want(t, err, transit.Refused, "has no key quickconnect")
	// No key is made in its place: the least privilege does not allow it.
	_, err = c.Encrypt(t.Context(), 1, plain, associated)
	want(t, err, transit.Refused)
}

func denied(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{Useless: true})
	_, err := c.Encrypt(t.Context(), 1, plain, associated)
	want(t, err, transit.Refused, "denies permission", "transit/encrypt/quickconnect")
}

func revokedToken(t *testing.T, v transittest.Vault) {
	t.Helper()
	token := v.Token(transittest.TokenOptions{TTL: time.Hour, Renewable: true})
	file := transittest.TokenFile(t, token)
	c := client(t, v, v.URI(file))
	good := seal(t, c, 1)
	v.Revoke(token)
	_, err := c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Refused, "the token must be valid")
	// Whoever writes another token into the file needs no restart.
	transittest.Write(t, strings.TrimPrefix(file, "token-file="), v.Token(transittest.TokenOptions{}))
	wantOpens(t, c, good)
}

func logsInWithJWT(t *testing.T, v transittest.Vault) {
	t.Helper()
	logsIn(t, v, "jwt")
}

func logsInAtKubernetes(t *testing.T, v transittest.Vault) {
	t.Helper()
	logsIn(t, v, "kubernetes")
}

// logsIn: a token that was revoked is replaced by a login; a JWT that is not accepted is refused.
func logsIn(t *testing.T, v transittest.Vault, method string) {
	t.Helper()
	jwt, err := v.Role(method, "platform", transittest.TokenOptions{TTL: time.Hour, Renewable: true})
	if err != nil {
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "jwt")
	transittest.Write(t, file, jwt)
	c := client(t, v, v.URI("auth="+method, "role=platform", "jwt-file="+url.QueryEscape(file)))
	good := seal(t, c, 1)
	v.RevokeLogins(method)
	wantOpens(t, c, good)
	transittest.Write(t, file, jwt[:len(jwt)-8]+"AAAAAAAA")
	wantOpens(t, c, good)
	v.RevokeLogins(method)
	_, err = c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Refused, "refuses the login")
}

// renewal: a token outlives its first lease, because two thirds after it began the client renews it.
func renewal(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{TTL: 3 * time.Second, Renewable: true})
	good := seal(t, c, 1)
	for range 3 {
		v.Wait(2200 * time.Millisecond)
		wantOpens(t, c, good)
	}
}

// longestLife: where a token cannot be renewed for long enough any more, the client logs in anew before it ends.
func longestLife(t *testing.T, v transittest.Vault) {
	t.Helper()
	jwt, err := v.Role("jwt", "short", transittest.TokenOptions{
		TTL: 3 * time.Second, MaxTTL: 4 * time.Second, Renewable: true,
	})
	if err != nil {
		t.Skip(err)
	}
	file := filepath.Join(t.TempDir(), "jwt")
	transittest.Write(t, file, jwt)
	c := client(t, v, v.URI("auth=jwt", "role=short", "jwt-file="+url.QueryEscape(file)))
	good := seal(t, c, 1)
	for range 4 {
		v.Wait(2200 * time.Millisecond)
		wantOpens(t, c, good)
	}
}

func sealed(t *testing.T, v transittest.Vault) {
	t.Helper()
	c := withToken(t, v, transittest.TokenOptions{})
	good := seal(t, c, 1)
	v.Set(transittest.Sealed)
	_, err := c.Decrypt(t.Context(), good, associated)
	want(t, err, transit.Unreachable, "is sealed", "unseal it")
	v.Set(transittest.Active)
	wantOpens(t, c, good)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = c.Decrypt(ended, good, associated); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gave up got %v", err)
	}
}

func namespace(t *testing.T, v transittest.Vault) {
	t.Helper()
	if err := v.In("team"); err != nil {
		t.Skip(err)
	}
	file := transittest.TokenFile(t, v.Token(transittest.TokenOptions{}))
	wantOpens(t, client(t, v, v.URI(file, "namespace=team")), seal(t, client(t, v, v.URI(file, "namespace=team")), 1))
	_, err := client(t, v, v.URI(file)).Encrypt(t.Context(), 1, plain, associated)
	want(t, err, transit.Refused)
}
