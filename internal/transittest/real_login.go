package transittest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

// Role is part of Vault.
func (r *genuine) Role(method, name string, o TokenOptions) (jwt string, err error) {
	r.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	body := map[string]any{
		"token_policies": []string{o.policy()}, "token_no_default_policy": true, "token_ttl": o.TTL.String(),
		"token_max_ttl": o.MaxTTL.String(),
	}
	if o.MaxTTL == 0 {
		body["token_max_ttl"] = "0"
	}
	jwt, err = signed(private)
	if err != nil {
		return "", err
	}
	if status, out, err := r.request(http.MethodPost, "sys/auth/"+method, map[string]any{"type": method}); err != nil ||
		status >= 300 {
		return "", fmt.Errorf("the server has no auth method %s: status %d: %v %w", method, status, out, err)
	}
	if method == "kubernetes" {
		api, authority := reviewer(r.t, jwt)
		r.admin("auth/kubernetes/config", map[string]any{
			"kubernetes_host": api, "kubernetes_ca_cert": authority, "token_reviewer_jwt": jwt, "disable_local_ca_jwt": true,
		})
		body["bound_service_account_names"] = []string{"quickconnectd"}
		body["bound_service_account_namespaces"] = []string{"quickconnect"}
	} else {
		der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
		if err != nil {
			return "", err
		}
		key := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		r.admin("auth/jwt/config", map[string]any{"jwt_validation_pubkeys": []string{string(key)}})
		body["role_type"], body["user_claim"] = "jwt", "sub"
		body["bound_audiences"] = []string{"vault"}
	}
	r.admin("auth/"+method+"/role/"+name, body)
	return jwt, nil
}

// signed returns a JWT of the service account quickconnectd.
func signed(key *ecdsa.PrivateKey) (string, error) {
	now := clock.System().Now()
	claims, err := json.Marshal(map[string]any{
		"kubernetes.io": map[string]any{
			"namespace": "quickconnect", "serviceaccount": map[string]any{"name": "quickconnectd", "uid": "1"},
		},
		"sub": "system:serviceaccount:quickconnect:quickconnectd", "aud": []string{"vault"}, "iat": now.Unix(),
		"nbf": now.Unix() - 1, "exp": now.Add(time.Hour).Unix(),
	})
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + part(signature), nil
}

// reviewer answers as the API server of Kubernetes does that is asked whether a token of a service account is valid.
func reviewer(t *testing.T, valid string) (url, authority string) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct {
			Spec struct {
				Token string `json:"token"`
			} `json:"spec"`
		}
		_ = json.NewDecoder(r.Body).Decode(&review)
		status := map[string]any{"authenticated": review.Spec.Token == valid}
		if review.Spec.Token == valid {
			status["audiences"] = []string{"vault"}
			status["user"] = map[string]any{
				"username": "system:serviceaccount:quickconnect:quickconnectd", "uid": "1",
				"groups": []string{"system:serviceaccounts"},
			}
		}
		respond(w, http.StatusCreated, map[string]any{
			"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status,
		})
	}))
	t.Cleanup(server.Close)
	certificate := pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	return server.URL, string(pem.EncodeToMemory(&certificate))
}
