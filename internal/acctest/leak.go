package acctest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// LeakReporter reports leaked values to the platform, as the scanner of a code host does.
type LeakReporter struct {
	t   testing.TB
	url string // of the platform
	key *ecdsa.PrivateKey
}

const leakKeyID = "scanner-1"

// TakesLeaks starts the platform again with the key of a scanner, and returns the scanner.
func (p *Platform) TakesLeaks() *LeakReporter {
	p.t.Helper()
	r := newLeakReporter(p.t)
	p.leakKeys = map[string]*ecdsa.PublicKey{leakKeyID: &r.key.PublicKey}
	p.Restart()
	r.url = p.direct
	return r
}

func newLeakReporter(tb testing.TB) *LeakReporter {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return &LeakReporter{t: tb, key: key}
}

// NewLeakReporter returns a scanner for the platform at an address, and the file for its --leak-keys.
func NewLeakReporter(tb testing.TB, url string) (r *LeakReporter, file string) {
	tb.Helper()
	r = newLeakReporter(tb)
	r.url = url
	der, err := x509.MarshalPKIXPublicKey(&r.key.PublicKey)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"public_keys": []map[string]any{{
		"key_identifier": leakKeyID, "is_current": true,
		"key": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	}}})
	if err != nil {
		tb.Fatal(err)
	}
	file = filepath.Join(tb.TempDir(), "leak-keys.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	return r, file
}

// Report reports that a value was found at an address. It returns whether the platform says that it is one of its own.
func (r *LeakReporter) Report(value, url string) (mine bool) {
	r.t.Helper()
	return r.ReportWith(http.DefaultClient, value, url)
}

// ReportWith is Report over a client, which trusts the certificate of the platform.
func (r *LeakReporter) ReportWith(over *http.Client, value, url string) (mine bool) {
	t := r.t
	t.Helper()
	body, err := json.Marshal([]map[string]string{
		{"token": value, "type": "quickconnect_token", "source": "content", "url": url},
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	signature, err := ecdsa.SignASN1(rand.Reader, r.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/v1/leaks", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Github-Public-Key-Identifier", leakKeyID)
	req.Header.Set("Github-Public-Key-Signature", base64.StdEncoding.EncodeToString(signature))
	resp, err := over.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answers []api.LeakAnswer
	if err := json.NewDecoder(resp.Body).Decode(&answers); err != nil || len(answers) != 1 {
		t.Fatalf("the report is answered with status %d, %v %v", resp.StatusCode, answers, err)
	}
	return answers[0].Label == api.LeakTruePositive
}
