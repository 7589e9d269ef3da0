package acctest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// LeakReporter reports leaked values to the platform, as the scanner of a code host does.
type LeakReporter struct {
	p   *Platform
	key *ecdsa.PrivateKey
}

const leakKeyID = "scanner-1"

// TakesLeaks starts the platform again with the key of a scanner, and returns the scanner.
func (p *Platform) TakesLeaks() *LeakReporter {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	p.leakKeys = map[string]*ecdsa.PublicKey{leakKeyID: &key.PublicKey}
	p.Restart()
	return &LeakReporter{p, key}
}

// Report reports that a value was found at an address. It returns whether the platform says that it is one of its own.
func (r *LeakReporter) Report(value, url string) (mine bool) {
	t := r.p.t
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
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.p.direct+"/v1/leaks", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Github-Public-Key-Identifier", leakKeyID)
	req.Header.Set("Github-Public-Key-Signature", base64.StdEncoding.EncodeToString(signature))
	resp, err := http.DefaultClient.Do(req)
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
