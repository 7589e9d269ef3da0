package transittest

import (
	"crypto/ed25519"
	"crypto/rand"
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
	public, private, err := ed25519.GenerateKey(rand.Reader)
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
		r.admin("auth/kubernetes/config", map[string]any{
			"kubernetes_host": reviewer(r.t, jwt), "token_reviewer_jwt": jwt, "disable_local_ca_jwt": true,
		})
		body["bound_service_account_names"] = []string{"quickconnectd"}
		body["bound_service_account_namespaces"] = []string{"quickconnect"}
	} else {
		der, err := x509.MarshalPKIXPublicKey(public)
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
func signed(key ed25519.PrivateKey) (string, error) {
	now := clock.System().Now()
	claims, err := json.Marshal(map[string]any{
		"sub": "system:serviceaccount:quickconnect:quickconnectd", "aud": []string{"vault"}, "iat": now.Unix(),
		"nbf": now.Unix() - 1, "exp": now.Add(time.Hour).Unix(),
	})
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part([]byte(`{"alg":"EdDSA","typ":"JWT"}`)) + "." + part(claims)
	return text + "." + part(ed25519.Sign(key, []byte(text))), nil
}

// reviewer answers as the API server of Kubernetes does that is asked whether a token of a service account is valid.
func reviewer(t *testing.T, valid string) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct {
			Spec struct {
				Token string `json:"token"`
			} `json:"spec"`
		}
		_ = json.NewDecoder(r.Body).Decode(&review)
		status := map[string]any{"authenticated": review.Spec.Token == valid}
		if review.Spec.Token == valid {
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
	return server.URL
}
