package api

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Digest returns the keyed digest by which a supplied secret is recognised: "k<key number>:" and the base64 of
//
//	HMAC-SHA256(key, kind ‖ 0x00 ‖ id ‖ 0x00 ‖ canonical JSON of the value)
//
// The digest has a key because a plain hash of a weak secret can be guessed. It has the object in it because two
// objects with the same secret must not show that.
func Digest(keyNumber int64, key []byte, kind, id string, value any) (string, error) {
	canonical, err := canonicalJSON(value)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(kind))
	mac.Write([]byte{0})
	mac.Write([]byte(id))
	mac.Write([]byte{0})
	mac.Write(canonical)
	return "k" + strconv.FormatInt(keyNumber, 10) + ":" + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// DigestKey returns the number of the key that a digest was made with. ok is false for what is no digest.
func DigestKey(digest string) (number int64, ok bool) {
	text, _, found := strings.Cut(digest, ":")
	text, prefixed := strings.CutPrefix(text, "k")
	number, err := strconv.ParseInt(text, 10, 64)
	return number, found && prefixed && err == nil
}

// canonicalJSON writes a string, or a map of strings with its keys sorted, without spaces and without HTML escapes. The
// error does not repeat the value.
func canonicalJSON(value any) ([]byte, error) {
	switch value.(type) {
	case string, map[string]string:
	default:
		return nil, fmt.Errorf("a digest is made of a string or a map of strings, not of a %T", value)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, fmt.Errorf("the value of the digest cannot be written as JSON")
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
