package acctest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// Handmade is how many objects of every kind MakeByHand makes.
const Handmade = 100

// SecretURL is the URL of those webhook endpoints of MakeByHand whose URL is a secret.
const SecretURL = "https://hooks.example.com/handmade/of-the-test"

// MakeByHand makes 100 objects of every kind over the API, as people and scripts do: with odd names, with attributes
// that are absent, null or empty, and with credentials that are staged, draining or on hold. It returns the names of
// the endpoints whose URL is a secret.
func (p *Platform) MakeByHand() (secretURLs []string) {
	p.t.Helper()
	h := handmade{p.As(api.RoleDeployer), p.t}
	policies, connectors := h.policies(), h.connectors()
	h.tokens(policies, connectors)
	endpoints, secretURLs := h.endpoints(connectors)
	h.signingSecrets(policies, endpoints)
	h.workloadIdentities()
	return secretURLs
}

type handmade struct {
	*Caller
	t testing.TB
}

// names are as odd as the platform allows: short and long, with digits first, with words that mean something to
// Terraform.
func names(i int) string {
	switch i {
	case 0:
		return "0"
	case 1:
		return "a" + strings.Repeat("-x", 31)
	case 2:
		return "null"
	case 3:
		return "42-is-a-number"
	case 4:
		return "provider"
	}
	return fmt.Sprintf("handmade-%d", i)
}

// common are the attributes of any object, in turns absent, null, empty and odd.
func common(i int) map[string]any {
	body := map[string]any{"name": names(i)}
	switch i % 5 {
	case 1:
		body["description"], body["labels"] = "", map[string]string{}
	case 2:
		body["description"] = "${not_a_reference} %{if} \"quoted\"\nsecond line\t\\ ✓ <<EOF"
		body["labels"] = map[string]string{"team/owner": "${x}", "empty": "", "a.b": "%%{c}"}
	case 3:
		body["description"], body["labels"] = nil, nil
	case 4:
		body["labels"] = map[string]string{"team": "a"}
	}
	return body
}

// made creates an object and returns its id.
func (h handmade) made(kind string, body map[string]any) string {
	h.t.Helper()
	var made api.Object
	h.Create(kind, body).Want(http.StatusCreated).Decode(&made)
	return made.ID
}

func (h handmade) policies() (ids []string) {
	for i := range Handmade {
		body := common(i)
		body["interval"] = []string{"90d", "3600s", "12h"}[i%3]
		if i%3 == 0 {
			body["overlap"], body["max_stage"], body["quiet_period"] = "36h", "30d", "1h"
			body["max_age"], body["on_stage_timeout"] = "120d", "promote"
		}
		body["require_acknowledgement"] = i%3 == 0 || i%2 == 0
		ids = append(ids, h.made(api.KindRotationPolicies, body))
	}
	return ids
}

func (h handmade) connectors() (ids []string) {
	for i := range Handmade {
		body := common(i)
		body["owner"], body["type"] = "team-a", "custom"
		switch i % 4 {
		case 1:
			body["allowed_scopes"], body["enabled"] = []string{"messages:send", "messages:read"}, i%8 == 1
		case 2:
			body["credentials"] = map[string]string{"api_key": "CANARY-handmade"}
			body["credentials_expire_at"] = "2027-01-31T12:00:00Z"
		case 3:
			body["type"], body["settings"] = "twilio", map[string]string{"account_sid": "AC" + strings.Repeat("0", 32)}
		}
		ids = append(ids, h.made(api.KindConnectors, body))
	}
	return ids
}

func (h handmade) tokens(policies, connectors []string) {
	for i := range Handmade {
		body := common(i)
		body["owner"], body["scopes"] = "team-a", []string{"messages:send"}
		body["connector_id"], body["rotation_policy_id"] = connectors[i], policies[3*(i%10)+6]
		switch i % 4 {
		case 1:
			body["expires_at"], body["allowed_cidrs"] = "2099-12-31T23:59:59+02:00", []string{"10.0.0.0/8", "2001:db8::/32"}
		case 2:
			body["rotate_when_changed"], body["minimum_version"] = map[string]string{"reason": "${x}"}, 7
		case 3:
			body["rotate_when_changed"], body["allowed_cidrs"] = map[string]string{}, []string{}
			delete(body, "rotation_policy_id")
			body["expires_at"], body["rate_limit_per_minute"] = "2099-12-31T23:59:59Z", 600
			body["unused_expiry"] = "90d"
		}
		id := h.made(api.KindScopedTokens, body)
		h.move(api.ScopedTokens, id, i)
	}
}

// move brings a credential into one of the states that it can be found in.
func (h handmade) move(kind api.Kind, id string, i int) {
	h.t.Helper()
	post := func(verb string, body any) {
		h.t.Helper()
		h.Do(http.MethodPost, kind.Route(id, verb), body).Want(http.StatusOK)
	}
	switch i % 7 {
	case 1:
		post("rotation/begin", map[string]any{})
	case 2:
		post("rotation/begin", map[string]any{})
		post("rotation/promote", map[string]any{"force": true, "reason": "made by hand"})
	case 3:
		post("hold", map[string]any{"reason": "INC-4711"})
	case 4:
		post("rotation/begin", map[string]any{})
		post("hold", map[string]any{"reason": "INC-4711"})
	case 5:
		h.Do(http.MethodPatch, kind.Route(id), map[string]any{"deletion_protection": true}).Want(http.StatusOK)
	}
}

func (h handmade) endpoints(connectors []string) (ids, secretURLs []string) {
	for i := range Handmade {
		body := common(i)
		body["connector_id"], body["url"] = connectors[i], "https://hooks.example.com/in?team=${a}&n="+names(i)
		switch i % 4 {
		case 1:
			body["event_types"], body["enabled"] = []string{"message.*", "order.created"}, false
		case 2:
			body["headers"] = map[string]string{"X-Api-Key": "CANARY-handmade"}
			body["rate_limit_per_second"] = 5
		case 3:
			delete(body, "url")
			body["secret_url"] = SecretURL
			secretURLs = append(secretURLs, names(i))
		}
		ids = append(ids, h.made(api.KindWebhookEndpoints, body))
	}
	return ids, secretURLs
}

func (h handmade) signingSecrets(policies, endpoints []string) {
	for i := range Handmade {
		body := common(i)
		body["owner"], body["endpoint_id"] = "team-a", endpoints[i]
		body["rotation_policy_id"] = policies[3*(i%10)+6]
		switch {
		case i%7 == 6:
			body["secret"] = "whsec_" + strings.Repeat("Q0FOQVJZ", 4) + fmt.Sprintf("%04d", 1000+i)
		case i%4 == 1:
			body["algorithm"] = api.AlgorithmEd25519
		}
		id := h.made(api.KindSigningSecrets, body)
		h.move(api.SigningSecrets, id, i)
	}
}

func (h handmade) workloadIdentities() {
	keys := JWKS(h.t)
	for i := range Handmade {
		body := common(i)
		body["owner"], body["role"], body["preset"], body["audience"] = "team-a", api.RolePlanner, api.PresetGitLab, "qc"
		body["claims"] = map[string]string{"project_id": "7", "ref_path": "refs/heads/*", "ref_protected": "true"}
		switch i % 4 {
		case 1:
			body["issuer"], body["max_ttl"] = "https://gitlab.example.com", "300s"
		case 2:
			body["allowed_cidrs"], body["issuer"] = []string{}, api.IssuerOf(api.PresetGitLab)
		case 3:
			body["preset"], body["issuer"], body["jwks"] = api.PresetKubernetes, "https://kubernetes.default.svc", keys
			body["claims"] = map[string]string{"[kubernetes.io].serviceaccount.uid": "${x}"}
			body["allowed_cidrs"] = []string{"10.0.0.0/8", "2001:db8::/32"}
		}
		h.made(api.KindWorkloadIdentities, body)
	}
}
