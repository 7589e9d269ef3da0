package workload

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// maxDepth is how deep the objects of a JWT may nest.
const maxDepth = 16

// Token is a JWT that was read. It is not verified.
type Token struct {
	jwt     *keys.JWT
	header  map[string]any
	claims  map[string]any
	refused string // why it could not be read; empty: it was
}

// Read reads a JWT. One that cannot be read is a Token too, which no identity takes.
func Read(value secret.Value) *Token {
	jwt, err := keys.ReadJWT(value)
	switch {
	case errors.Is(err, keys.ErrJWTTooLong):
		return &Token{refused: ReasonTooLong}
	case err != nil:
		return &Token{refused: ReasonMalformed}
	}
	t := &Token{jwt: jwt}
	for _, part := range []struct {
		text []byte
		into *map[string]any
	}{{jwt.Header(), &t.header}, {jwt.Payload(), &t.claims}} {
		switch *part.into, err = readObject(part.text); {
		case errors.Is(err, errTwice):
			return &Token{refused: ReasonTwice}
		case err != nil:
			return &Token{refused: ReasonMalformed}
		}
	}
	return t
}

var (
	errTwice   = errors.New("a member is there twice")
	errNotJSON = errors.New("it is not a JSON object")
)

// readObject reads one JSON object. Of a member that is there twice, every reader may take another one, so it is an
// error. Numbers keep their text.
func readObject(text []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if !utf8.Valid(text) {
		return nil, errNotJSON
	}
	value, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if _, err := d.Token(); !ok || !errors.Is(err, io.EOF) {
		return nil, errNotJSON
	}
	return object, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return nil, errNotJSON
	}
	switch token {
	case json.Delim('{'):
		out := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, errNotJSON
			}
			key, _ := name.(string) // the decoder has no other names
			if _, there := out[key]; there {
				return nil, errTwice
			}
			if out[key], err = readValue(d, depth+1); err != nil {
				return nil, err
			}
		}
		return out, closed(d)
	case json.Delim('['):
		out := []any{}
		for d.More() {
			item, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
		return out, closed(d)
	}
	return token, nil
}

// closed reads the end of an object or a list.
func closed(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	return nil
}
