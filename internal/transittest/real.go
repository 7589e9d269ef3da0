package transittest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/clock"
)

const rootToken = "root-of-a-test"

// genuine is a server in development mode: in memory, on this machine, with a root token that everybody knows.
type genuine struct {
	t         *testing.T
	host      string
	output    *os.File
	namespace string
}

// start starts a server, and makes the key "quickconnect" in it.
func start(t *testing.T, path string) *genuine {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &genuine{t: t, host: listener.Addr().String()}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if r.output, err = os.CreateTemp(t.TempDir(), "output"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, path, "server", "-dev", "-dev-no-store-token", "-dev-root-token-id="+rootToken,
		"-dev-listen-address="+r.host)
	cmd.Stdout, cmd.Stderr = r.output, r.output
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatalf("start %s of %s: %v", path, Program, err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was killed
	})
	for try := 0; r.status(http.MethodGet, "sys/health", nil) != http.StatusOK; try++ {
		if try == 300 {
			t.Fatalf("%s does not serve: %s", path, r.said())
		}
		r.Wait(100 * time.Millisecond)
	}
	r.prepare()
	return r
}

func (r *genuine) said() string {
	text, err := os.ReadFile(r.output.Name())
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// prepare mounts the engine, and writes the policies of the least privilege.
func (r *genuine) prepare() {
	r.t.Helper()
	r.admin("sys/mounts/"+Mount, map[string]any{"type": "transit"})
	r.admin(Mount+"/keys/quickconnect", map[string]any{})
	r.admin(Mount+"/keys/quickconnect/config", map[string]any{"deletion_allowed": true})
	for name, o := range map[string]TokenOptions{
		"platform": {}, "operator": {Operator: true}, "useless": {Useless: true},
	} {
		var rules strings.Builder
		for _, route := range o.routes() {
			capability := "update"
			if strings.HasSuffix(route, "lookup-self") {
				capability = "read"
			}
			_, _ = fmt.Fprintf(&rules, "path %q { capabilities = [%q] }\n", route, capability)
		}
		r.admin("sys/policies/acl/"+name, map[string]any{"policy": rules.String()})
	}
}

func (o TokenOptions) policy() string {
	switch {
	case o.Useless:
		return "useless"
	case o.Operator:
		return "operator"
	}
	return "platform"
}

// request asks the server as root.
func (r *genuine) request(method, route string, body any) (int, map[string]any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.host+"/v1/"+route, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("X-Vault-Token", rootToken)
	if r.namespace != "" {
		req.Header.Set("X-Vault-Namespace", r.namespace)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	out := map[string]any{}
	if err == nil && len(answer) > 0 {
		err = json.Unmarshal(answer, &out)
	}
	return resp.StatusCode, out, err
}

func (r *genuine) status(method, route string, body any) int {
	status, _, err := r.request(method, route, body)
	if err != nil {
		return 0
	}
	return status
}

// admin changes something as root.
func (r *genuine) admin(route string, body any) map[string]any {
	r.t.Helper()
	status, out, err := r.request(http.MethodPost, route, body)
	if err != nil || status >= 300 {
		r.t.Fatalf("%s: status %d: %v %v", route, status, out, err)
	}
	return out
}

// URI is part of Vault.
func (r *genuine) URI(parameters ...string) string {
	return "hcvault+http://" + r.host + "/" + Mount + "/quickconnect?" + strings.Join(parameters, "&")
}

// Clock is part of Vault.
func (r *genuine) Clock() clock.Clock { return clock.System() }

// Wait is part of Vault. The leases of a genuine server need genuine time.
func (r *genuine) Wait(d time.Duration) { <-time.After(d) }

// Token is part of Vault.
func (r *genuine) Token(o TokenOptions) string {
	r.t.Helper()
	body := map[string]any{
		"policies": []string{o.policy()}, "no_default_policy": true, "renewable": o.Renewable,
	}
	if o.TTL > 0 {
		body["ttl"] = o.TTL.String()
	}
	if o.MaxTTL > 0 {
		body["explicit_max_ttl"] = o.MaxTTL.String()
	}
	made := r.admin("auth/token/create", body)
	token, _ := made["auth"].(map[string]any)["client_token"].(string)
	return token
}

// Revoke is part of Vault.
func (r *genuine) Revoke(token string) { r.admin("auth/token/revoke", map[string]any{"token": token}) }

// RevokeLogins is part of Vault.
func (r *genuine) RevokeLogins(method string) {
	r.admin("sys/leases/revoke-prefix/auth/"+method+"/login", map[string]any{})
}

// RotateKey is part of Vault.
func (r *genuine) RotateKey() { r.admin(Mount+"/keys/quickconnect/rotate", map[string]any{}) }

// SetMinimum is part of Vault.
func (r *genuine) SetMinimum(decryption, encryption int) {
	body := map[string]any{}
	if decryption > 0 {
		body["min_decryption_version"] = decryption
	}
	if encryption > 0 {
		body["min_encryption_version"] = encryption
	}
	r.admin(Mount+"/keys/quickconnect/config", body)
}

// DeleteKey is part of Vault.
func (r *genuine) DeleteKey() {
	if status := r.status(http.MethodDelete, Mount+"/keys/quickconnect", nil); status != http.StatusNoContent {
		r.t.Fatalf("delete the key: status %d", status)
	}
}

// Set is part of Vault.
func (r *genuine) Set(m Mode) {
	r.t.Helper()
	if m == Sealed {
		r.admin("sys/seal", map[string]any{})
		return
	}
	_, after, _ := strings.Cut(r.said(), "Unseal Key: ")
	unseal, _, _ := strings.Cut(after, "\n")
	r.admin("sys/unseal", map[string]any{"key": strings.TrimSpace(unseal)})
	for try := 0; r.status(http.MethodGet, "sys/health", nil) != http.StatusOK && try < 100; try++ {
		r.Wait(100 * time.Millisecond)
	}
}

// In is part of Vault. Vault has namespaces in its Enterprise edition only.
func (r *genuine) In(namespace string) error {
	status, out, err := r.request(http.MethodPost, "sys/namespaces/"+namespace, map[string]any{})
	if err != nil || status >= 300 {
		return fmt.Errorf("the server has no namespaces: status %d: %v %w", status, out, err)
	}
	r.namespace = namespace
	r.prepare()
	return nil
}
