package transittest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// key is a key of type aes256-gcm96.
type key struct {
	versions      [][]byte // the first is version 1
	minDecryption int
	minEncryption int // 0: every version
}

func newVersion() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

// CreateKey makes a key.
func (s *Server) CreateKey(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[name] = &key{versions: [][]byte{newVersion()}, minDecryption: 1}
}

// DeleteKey deletes the key "quickconnect".
func (s *Server) DeleteKey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, "quickconnect")
}

// RotateKey makes a version of the key "quickconnect", as an operator of the service may.
func (s *Server) RotateKey() {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys["quickconnect"]
	k.versions = append(k.versions, newVersion())
}

// SetMinimum sets the oldest versions of the key "quickconnect" that open and that seal; 0 leaves one as it is.
func (s *Server) SetMinimum(decryption, encryption int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys["quickconnect"]
	if decryption > 0 {
		k.minDecryption = decryption
	}
	if encryption > 0 {
		k.minEncryption = encryption
	}
}

// Versions returns how many versions the key "quickconnect" has.
func (s *Server) Versions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.keys["quickconnect"].versions)
}

func (s *Server) transit(w http.ResponseWriter, req request) {
	parts := strings.Split(strings.TrimPrefix(req.route, Mount+"/"), "/")
	switch {
	case len(parts) == 2 && parts[0] == "encrypt":
		k := s.keys[parts[1]]
		if k == nil { // encrypting makes a key that is missing: the token has no capability for that
			refuse(w, http.StatusForbidden, "1 error occurred:\n\t* permission denied\n\n")
			return
		}
		s.each(w, req.body, k.encrypt)
	case len(parts) == 2 && parts[0] == "decrypt":
		k := s.keys[parts[1]]
		if k == nil {
			refuse(w, http.StatusBadRequest, "encryption key not found")
			return
		}
		s.each(w, req.body, k.decrypt)
	case len(parts) == 3 && parts[0] == "keys" && parts[2] == "rotate":
		k := s.keys[parts[1]]
		if k == nil {
			refuse(w, http.StatusBadRequest, "key not found")
			return
		}
		k.versions = append(k.versions, newVersion())
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusNotFound, "unsupported path")
	}
}

// each does one value, or all of a batch. Where one of a batch fails the status is 400, and the others are there.
func (s *Server) each(w http.ResponseWriter, body map[string]any, do func(map[string]any) (map[string]any, error)) {
	raw, batch := body["batch_input"]
	if !batch {
		data, err := do(body)
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		respond(w, http.StatusOK, map[string]any{"data": data})
		return
	}
	items, ok := raw.([]any)
	if !ok || len(items) == 0 {
		refuse(w, http.StatusBadRequest, "missing batch input to process")
		return
	}
	status, results := http.StatusOK, make([]map[string]any, len(items))
	for i, each := range items {
		of, ok := each.(map[string]any)
		if !ok {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("[%d] expected a map", i))
			return
		}
		data, err := do(of)
		if err != nil {
			status, data = http.StatusBadRequest, map[string]any{"error": err.Error()}
		}
		results[i] = data
	}
	respond(w, status, map[string]any{"data": map[string]any{"batch_results": results}})
}

func (k *key) encrypt(in map[string]any) (map[string]any, error) {
	text, ok := in["plaintext"].(string)
	if !ok {
		return nil, errors.New("missing plaintext to encrypt")
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	version := len(k.versions)
	if raw, given := in["key_version"]; given {
		number, ok := raw.(float64)
		if !ok || number != float64(int(number)) {
			return nil, errors.New("'key_version' expected type 'int'")
		}
		if number != 0 {
			version = int(number)
		}
	}
	switch {
	case version < 0:
		return nil, errors.New("requested version for encryption is negative")
	case version > len(k.versions):
		return nil, errors.New("requested version for encryption is higher than the latest key version")
	case version < k.minEncryption:
		return nil, errors.New("requested version for encryption is less than the minimum encryption key version")
	}
	associated, err := associatedOf(in)
	if err != nil {
		return nil, err
	}
	aead := aeadOf(k.versions[version-1])
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce)
	sealed := base64.StdEncoding.EncodeToString(aead.Seal(nonce, nonce, plain, associated))
	return map[string]any{"ciphertext": fmt.Sprintf("vault:v%d:%s", version, sealed), "key_version": version}, nil
}

func (k *key) decrypt(in map[string]any) (map[string]any, error) {
	text, ok := in["ciphertext"].(string)
	if !ok || text == "" {
		return nil, errors.New("missing ciphertext to decrypt")
	}
	rest, ok := strings.CutPrefix(text, "vault:v")
	if !ok {
		return nil, errors.New("invalid ciphertext: no prefix")
	}
	number, encoded, ok := strings.Cut(rest, ":")
	if !ok {
		return nil, errors.New("invalid ciphertext: wrong number of fields")
	}
	version, err := strconv.Atoi(number)
	switch {
	case err != nil || version < 1:
		return nil, errors.New("invalid ciphertext: version number could not be decoded")
	case version > len(k.versions):
		return nil, errors.New("invalid ciphertext: version is too new")
	case version < k.minDecryption:
		return nil, errors.New("ciphertext or signature version is disallowed by policy (too old)")
	}
	sealed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("invalid ciphertext: could not decode base64")
	}
	associated, err := associatedOf(in)
	if err != nil {
		return nil, err
	}
	aead := aeadOf(k.versions[version-1])
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("invalid ciphertext length")
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], associated)
	if err != nil {
		return nil, errors.New("invalid ciphertext: unable to decrypt")
	}
	return map[string]any{"plaintext": base64.StdEncoding.EncodeToString(plain)}, nil
}

func associatedOf(in map[string]any) ([]byte, error) {
	raw, given := in["associated_data"]
	if !given {
		return nil, nil
	}
	text, ok := raw.(string)
	if !ok {
		return nil, errors.New("'associated_data' expected type 'string'")
	}
	return base64.StdEncoding.DecodeString(text)
}

func aeadOf(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}
