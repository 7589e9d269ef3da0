package transit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// MaxBatch is how many values one call opens: OpenBao takes 1,000 strings in a request, and an item has four.
const MaxBatch = 100

// item is one value in a request.
type item struct {
	Plaintext  string `json:"plaintext,omitempty"`
	Ciphertext string `json:"ciphertext,omitempty"`
	Associated string `json:"associated_data,omitempty"`
	Version    int64  `json:"key_version,omitempty"`
}

// result is one value in an answer.
type result struct {
	Plaintext  string `json:"plaintext"`
	Ciphertext string `json:"ciphertext"`
	Error      string `json:"error"`
}

// Encrypt encrypts with one version of the key.
func (c *Client) Encrypt(ctx context.Context, version int64, plain, associated []byte) (sealed []byte, err error) {
	defer c.observe("encrypt", c.now(), &err)
	got, err := c.encrypt(ctx, item{
		Plaintext: encoded(plain), Associated: encoded(associated), Version: version,
	})
	if err == nil && got.version != version {
		err = c.fail(Refused, fmt.Sprintf("did not seal with version %d of the key", version), "look whether it is Vault")
	}
	return []byte(got.text), err
}

// probe is what Newest encrypts. It is no secret.
const probe = "quickconnect"

// Newest returns the newest version of the key. It asks by encrypting, so that no other capability is needed.
func (c *Client) Newest(ctx context.Context) (version int64, err error) {
	defer c.observe("encrypt", c.now(), &err)
	got, err := c.encrypt(ctx, item{Plaintext: encoded([]byte(probe))})
	return got.version, err
}

// Rotate makes a version of the key, and returns its number. Only an operator's login may.
func (c *Client) Rotate(ctx context.Context) (version int64, err error) {
	if err := c.rotate(ctx); err != nil {
		return 0, err
	}
	return c.Newest(ctx)
}

func (c *Client) rotate(ctx context.Context) (err error) {
	defer c.observe("rotate", c.now(), &err)
	got, err := c.call(ctx, "keys/"+c.key.Name+"/rotate", map[string]string{})
	if err == nil && !got.ok() {
		err = c.refusal(got, "the capability update on the route "+c.key.Mount+"/keys/"+c.key.Name+"/rotate")
	}
	return err
}

// Sealed is a value to open.
type Sealed struct{ Text, Associated []byte }

// Opened is a value that was opened, or why it was not.
type Opened struct {
	Plain []byte
	Err   error
}

// Decrypt decrypts what Encrypt has made with the same associated data.
func (c *Client) Decrypt(ctx context.Context, sealed, associated []byte) (plain []byte, err error) {
	defer c.observe("decrypt", c.now(), &err)
	got, err := c.call(ctx, "decrypt/"+c.key.Name, item{Ciphertext: string(sealed), Associated: encoded(associated)})
	if err != nil {
		return nil, err
	}
	if !got.ok() {
		return nil, c.unopened(got)
	}
	var body struct {
		Data result `json:"data"`
	}
	if json.Unmarshal(got.body, &body) != nil {
		return nil, c.notVault()
	}
	return c.decoded(body.Data.Plaintext)
}

// DecryptAll decrypts at most MaxBatch values in one call.
func (c *Client) DecryptAll(ctx context.Context, all []Sealed) (opened []Opened, err error) {
	defer c.observe("decrypt", c.now(), &err)
	items := make([]item, len(all))
	for i, s := range all {
		items[i] = item{Ciphertext: string(s.Text), Associated: encoded(s.Associated)}
	}
	got, err := c.call(ctx, "decrypt/"+c.key.Name, map[string][]item{"batch_input": items})
	if err != nil {
		return nil, err
	}
	var body struct {
		Data struct {
			Results []result `json:"batch_results"`
		} `json:"data"`
	}
	// Where one of the values does not open the status is 400, and the results are there all the same.
	if json.Unmarshal(got.body, &body) != nil || len(body.Data.Results) != len(all) {
		if got.ok() {
			return nil, c.notVault()
		}
		return nil, c.unopened(got)
	}
	for _, r := range body.Data.Results {
		o := Opened{}
		if r.Error != "" {
			o.Err = c.fail(Unopened, "does not open a data key", "")
		} else {
			o.Plain, o.Err = c.decoded(r.Plaintext)
		}
		opened = append(opened, o)
	}
	return opened, nil
}

// ciphertext is what encrypting gives: vault:vN:….
type ciphertext struct {
	text    string
	version int64
}

func (c *Client) encrypt(ctx context.Context, of item) (out ciphertext, err error) {
	got, err := c.call(ctx, "encrypt/"+c.key.Name, of)
	if err != nil {
		return out, err
	}
	if !got.ok() {
		return out, c.refusal(got, "the capability update on the route "+c.key.Mount+"/encrypt/"+c.key.Name)
	}
	var body struct {
		Data result `json:"data"`
	}
	if json.Unmarshal(got.body, &body) != nil {
		return out, c.notVault()
	}
	out.text = body.Data.Ciphertext
	if out.version, err = VersionOf([]byte(out.text)); err != nil {
		return out, c.notVault()
	}
	return out, nil
}

// VersionOf returns the version of the key that made a ciphertext.
func VersionOf(sealed []byte) (int64, error) {
	rest, ok := strings.CutPrefix(string(sealed), "vault:v")
	number, _, cut := strings.Cut(rest, ":")
	version, err := strconv.ParseInt(number, 10, 64)
	if !ok || !cut || err != nil || version < 1 {
		return 0, errors.New("it is no ciphertext of a transit engine")
	}
	return version, nil
}

// call asks the engine. A login that the server refuses is made anew once.
func (c *Client) call(ctx context.Context, route string, body any) (answer, error) {
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	got, err := c.callWithin(ctx, route, body)
	if err != nil && caller.Err() != nil {
		return got, caller.Err() // who gave up says nothing about the service
	}
	return got, err
}

func (c *Client) callWithin(ctx context.Context, route string, body any) (answer, error) {
	token, err := c.session.get(ctx, secret.Value{})
	if err != nil {
		return answer{}, err
	}
	got, err := c.request(ctx, http.MethodPost, c.key.Mount+"/"+route, token, body)
	if err != nil || got.status != http.StatusForbidden {
		return got, err
	}
	another, err := c.session.get(ctx, token)
	if err != nil || another.Equal(token) {
		return got, err
	}
	return c.request(ctx, http.MethodPost, c.key.Mount+"/"+route, another, body)
}

// refusal is the error of an answer that is about the key or the login, and about no ciphertext.
func (c *Client) refusal(got answer, need string) error {
	switch {
	case got.status == http.StatusForbidden:
		return c.fail(Refused, "denies permission", "the token must be valid, and its policy must give "+need)
	case got.status == http.StatusNotFound:
		return c.fail(Refused, "has no transit engine at "+c.key.Mount, "see whether it was disabled, or correct the URI")
	case says(got, "not found"):
		return c.fail(Refused, "has no key "+c.key.Name, "see whether it was deleted, and restore it from a "+
			"backup of the service")
	case says(got, "version"):
		return c.fail(Refused, "does not seal with this version of the key",
			"lower min_encryption_version of the key, or run quickconnectd keyring rotate")
	}
	return c.fail(Refused, fmt.Sprintf("refuses the request with status %d", got.status), "see its audit log")
}

// unopened is the error of an answer about a ciphertext.
func (c *Client) unopened(got answer) error {
	switch {
	case got.status == http.StatusBadRequest && says(got, "too old"):
		return c.fail(Unopened, "does not open what an old version of the key has sealed",
			"lower min_decryption_version of the key, and run quickconnectd keyring rewrap before you raise it again")
	case got.status == http.StatusBadRequest && !says(got, "key not found"):
		return c.fail(Unopened, "does not open a data key", "")
	}
	return c.refusal(got, "the capability update on the route "+c.key.Mount+"/decrypt/"+c.key.Name)
}

func says(got answer, text string) bool {
	for _, e := range got.errors() {
		if strings.Contains(e, text) {
			return true
		}
	}
	return false
}

func (c *Client) notVault() error {
	return c.fail(Refused, "answers in a way that no transit engine does", "correct the URI of --kek")
}

func (c *Client) decoded(text string) ([]byte, error) {
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, c.notVault()
	}
	return plain, nil
}

func encoded(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
