package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// verify checks a delivery by Standard Webhooks. The signed bytes are id, timestamp and body, joined by dots; the body
// is unchanged. The header has one signature for each valid secret of the sender. One match is enough.
func verify(keys []key, header http.Header, body []byte) (id, timestamp string, no *refusal) {
	var values [3]string
	for i, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		found := header.Values(name)
		switch {
		case len(found) > 1: // programs differ in which one they take
			return "", "", refuse(400, name+" is there more than once")
		case len(found) == 0 || found[0] == "":
			return "", "", refuse(400, name+" is missing")
		}
		values[i] = found[0]
	}
	id, timestamp = values[0], values[1]
	if !idPattern.MatchString(id) {
		return "", "", refuse(400, "webhook-id is not 1 to 256 visible characters without a dot")
	}
	if !timestampPattern.MatchString(timestamp) {
		return "", "", refuse(400, "webhook-timestamp is not unix seconds")
	}
	if strings.Count(values[2], " ") >= maxSignatures {
		return "", "", refuse(400, "webhook-signature has more than 32 signatures")
	}
	at, _ := strconv.ParseInt(timestamp, 10, 64)
	if now := time.Now().Unix(); now-at > tolerance || at-now > tolerance {
		return "", "", refuse(401, "webhook-timestamp is more than 5 minutes away")
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	signatures := strings.Split(values[2], " ")
	for _, k := range keys {
		if k.signed(signed, signatures) {
			return id, timestamp, nil
		}
	}
	return "", "", refuse(401, "no signature matches")
}

// key is one secret: an HMAC secret (whsec_), or an ed25519 public key (whpk_).
type key struct {
	secret []byte
	public ed25519.PublicKey
}

func (k key) signed(content []byte, signatures []string) bool {
	var expected string
	if k.secret != nil {
		mac := hmac.New(sha256.New, k.secret)
		mac.Write(content)
		expected = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	for _, signature := range signatures {
		version, value, _ := strings.Cut(signature, ",")
		switch {
		case version == "v1" && k.secret != nil:
			if hmac.Equal([]byte(value), []byte(expected)) { // in constant time
				return true
			}
		case version == "v1a" && k.public != nil:
			if b, ok := decode(value); ok && ed25519.Verify(k.public, content, b) {
				return true
			}
		}
	}
	return false
}

// decode reads standard base64 with padding. It encodes the result again, to refuse what Go's decoder accepts: line
// ends and stray last bits.
func decode(text string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(text)
	return b, err == nil && base64.StdEncoding.EncodeToString(b) == text
}

func parseEvent(id string, body []byte) (event, *refusal) {
	// This decodes into a map: a struct would accept "TENANT" for "tenant".
	var members map[string]json.RawMessage
	if !utf8.Valid(body) || json.Unmarshal(body, &members) != nil || members == nil {
		return event{}, refuse(400, "the body is not a JSON object")
	}
	e := event{ID: id, Data: members["data"]}
	for _, member := range []struct {
		name string
		into *string
	}{
		{"type", &e.Type},
		{"timestamp", &e.Timestamp},
		{"tenant", &e.Tenant},
		{"environment", &e.Environment},
		{"endpoint_id", &e.EndpointID},
	} {
		if json.Unmarshal(members[member.name], member.into) != nil || *member.into == "" {
			return event{}, refuse(400, "the body has no text "+member.name)
		}
	}
	if e.Data == nil {
		return event{}, refuse(400, "the body has no data")
	}
	return e, nil
}
