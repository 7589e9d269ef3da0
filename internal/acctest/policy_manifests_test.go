package acctest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// The policy over manifests finds a value of ours wherever it is, and passes the examples and what only looks like one.
func TestPolicyOfManifests(t *testing.T) {
	t.Parallel()
	value := api.PrefixScopedToken + strings.Repeat("0aZ", 12)
	encoded := base64.StdEncoding.EncodeToString([]byte("TOKEN=" + value + "\n"))
	secret := func(data map[string]any) map[string]any {
		return map[string]any{
			"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s", "namespace": "n"}, "data": data,
		}
	}
	applied, err := json.Marshal(secret(map[string]any{"env": encoded}))
	if err != nil {
		t.Fatal(err)
	}
	pod := func(env string) map[string]any {
		return map[string]any{"kind": "Pod", "metadata": map[string]any{"name": "p"}, "spec": map[string]any{
			"containers": []any{map[string]any{"env": []any{map[string]any{"name": "T", "value": env}}}},
		}}
	}
	refused := []any{
		secret(map[string]any{"env": encoded}), pod(value), pod("whsec_" + strings.Repeat("Ab3+", 11)),
		map[string]any{"kind": "ConfigMap", "metadata": map[string]any{"name": "c", "annotations": map[string]any{
			"kubectl.kubernetes.io/last-applied-configuration": string(applied),
		}}},
		map[string]any{"no": "manifest"},
	}
	passed := []any{
		pod(value[:len(value)-1]), pod("whpk_" + strings.Repeat("Ab3+", 11)),
		secret(map[string]any{"env": base64.StdEncoding.EncodeToString([]byte("a secret of somebody else's product"))}),
		secret(map[string]any{"env": base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff, 0xfe, 0}, 30))}),
	}
	for _, file := range []string{"pod/pod.yaml", "sync/cronjob.yaml"} {
		for d := yaml.NewDecoder(strings.NewReader(read(t, kubernetesExample(t, file)))); ; {
			var m map[string]any
			if err := d.Decode(&m); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			passed = append(passed, m)
		}
	}
	questions := []policyQuestion{}
	for _, input := range slices.Concat(refused, passed) {
		questions = append(questions, policyQuestion{Input: input})
	}
	questions = append(questions, policyQuestion{Input: refused[0], Exceptions: []map[string]string{
		{"rule": "no_plaintext_secret", "address": "Secret/n/s", "until": "2200-01-01T00:00:00Z", "reason": "a test"},
	}})
	for i, v := range policies(t, "manifests", questions...) {
		if want := i < len(refused); (len(v.Deny) > 0) != want {
			t.Errorf("manifest %d: refused %v, want %v: %v", i, v.Deny, want, questions[i].Input)
		}
		for _, r := range v.Deny {
			if strings.Contains(r.Msg, value) {
				t.Errorf("the message repeats the value: %s", r.Msg)
			}
		}
	}
}
