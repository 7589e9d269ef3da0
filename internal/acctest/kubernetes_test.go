package acctest_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// manifest is what the tests read of an object of Kubernetes. The decoder refuses no other fields: kubectl does.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Data       map[string]string
	StringData map[string]string `yaml:"stringData"`
	Spec       yaml.Node
	Rules      []struct{ Resources, Verbs, ResourceNames []string }
}

type podSpec struct {
	ServiceAccountName string `yaml:"serviceAccountName"`
	Containers         []struct {
		Image   string
		Command []string
		Env     []struct {
			Name      string
			Value     string
			ValueFrom yaml.Node `yaml:"valueFrom"`
		}
		EnvFrom      []yaml.Node                        `yaml:"envFrom"`
		VolumeMounts []struct{ Name, MountPath string } `yaml:"volumeMounts"`
	}
	Volumes []struct {
		Name      string
		Secret    yaml.Node
		ConfigMap struct{ Name string } `yaml:"configMap"`
		Projected struct {
			Sources []struct {
				ServiceAccountToken struct {
					Audience          string
					ExpirationSeconds int `yaml:"expirationSeconds"`
					Path              string
				} `yaml:"serviceAccountToken"`
			}
		}
	}
}

func kubernetesExample(t *testing.T, names ...string) string {
	t.Helper()
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(append([]string{root, "examples", "kubernetes"}, names...)...)
}

// manifests reads the documents of a file.
func manifests(t *testing.T, path string) (out []manifest) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(read(t, path)))
	for {
		var m manifest
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil || m.APIVersion == "" || m.Kind == "" || m.Metadata.Name == "" {
			t.Fatalf("%s: %v: %+v", path, err, m)
		}
		out = append(out, m)
	}
}

// Each example starts with its projected token and no Secret: its volumes, its files and its variables are there.
func TestKubernetesManifests(t *testing.T) {
	t.Parallel()
	for dir, file := range map[string]string{"pod": "pod.yaml", "sync": "cronjob.yaml"} {
		var kustomize struct {
			Generated []struct {
				Name  string
				Files []string
			} `yaml:"configMapGenerator"`
		}
		if err := yaml.Unmarshal([]byte(read(t, kubernetesExample(t, dir, "kustomization.yaml"))), &kustomize); err != nil {
			t.Fatal(err)
		}
		var spec podSpec
		for _, m := range manifests(t, kubernetesExample(t, dir, file)) {
			if len(m.Data)+len(m.StringData) > 0 {
				t.Errorf("%s has values in %s", file, m.Kind)
			}
			node := m.Spec
			if m.Kind == "CronJob" {
				var job struct {
					JobTemplate struct {
						Spec struct{ Template struct{ Spec yaml.Node } }
					} `yaml:"jobTemplate"`
				}
				if err := m.Spec.Decode(&job); err != nil {
					t.Fatal(err)
				}
				node = job.JobTemplate.Spec.Template.Spec
			}
			if m.Kind == "CronJob" || m.Kind == "Pod" {
				if err := node.Decode(&spec); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(spec.Containers) != 1 || len(spec.Volumes) != 2 || spec.ServiceAccountName == "" {
			t.Fatalf("%s: %+v", file, spec)
		}
		c, files, projected := spec.Containers[0], spec.Volumes[0], spec.Volumes[1].Projected.Sources
		script := filepath.Base(c.Command[1])
		if g := kustomize.Generated[0]; g.Name != files.ConfigMap.Name || !slices.Contains(g.Files, script) {
			t.Errorf("%s: %v is not in the files %+v", file, c.Command, g)
		}
		if _, err := os.Stat(kubernetesExample(t, dir, script)); err != nil {
			t.Error(err)
		}
		if len(projected) != 1 || projected[0].ServiceAccountToken.Audience != "quickconnect" ||
			projected[0].ServiceAccountToken.ExpirationSeconds < 600 {
			t.Errorf("%s: the token is %+v", file, projected)
		}
		for _, e := range c.Env {
			if e.Name == "QUICKCONNECT_IDENTITY_TOKEN_FILE" && e.Value != "/var/run/secrets/quickconnect/token" ||
				!e.ValueFrom.IsZero() {
				t.Errorf("%s: variable %+v", file, e)
			}
		}
		if len(c.EnvFrom) > 0 || !spec.Volumes[0].Secret.IsZero() || !spec.Volumes[1].Secret.IsZero() {
			t.Errorf("%s takes something from a Secret", file)
		}
	}
}

// inPod starts a script of an example as its pod does: with a JWT of a service account in a file.
func inPod(t *testing.T, p *acctest.Platform, dir, script, role string, env ...string) *exec.Cmd {
	t.Helper()
	acctest.NeedsPrograms(t, "python3")
	root, err := acctest.Root()
	if err != nil {
		t.Fatal(err)
	}
	const issuer = "https://kubernetes.default.svc.cluster.local"
	cluster := acctest.NewIssuer(t, issuer, p.Clock)
	p.As(api.RoleDeployer).Create(api.KindWorkloadIdentities, api.WorkloadIdentityCreate{
		Name: "pod", Owner: "team", Role: role, Preset: api.PresetKubernetes, Issuer: new(issuer), Audience: "quickconnect",
		JWKS: &cluster.JWKS, Claims: map[string]string{
			"[kubernetes.io].namespace": "messaging", "[kubernetes.io].serviceaccount.name": "pod",
		},
	}).Want(201)
	jwt := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(jwt, []byte(cluster.Sign("quickconnect", map[string]any{
		"sub": "system:serviceaccount:messaging:pod",
		"kubernetes.io": map[string]any{
			"namespace": "messaging", "serviceaccount": map[string]any{"name": "pod", "uid": "0b1c"},
		},
	})), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-B", kubernetesExample(t, dir, script))
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "PYTHONPATH=" + filepath.Join(root, "examples", "clients", "python"), "no_proxy=*",
		"QUICKCONNECT_ENDPOINT=" + p.URL, "QUICKCONNECT_TENANT=" + acctest.Tenant, "QUICKCONNECT_IDENTITY=pod",
		"QUICKCONNECT_ENVIRONMENT=" + acctest.Environment, "QUICKCONNECT_IDENTITY_TOKEN_FILE=" + jwt,
	}, env...)
	return cmd
}

// makeNotifier makes a scoped token, and returns its id.
func makeNotifier(p *acctest.Platform) string {
	by := p.As(api.RoleDeployer)
	by.Create(api.KindConnectors, api.ConnectorCreate{Name: "slack", Owner: "team", Type: "slack"}).Want(201)
	by.Create(api.KindScopedTokens, api.ScopedTokenCreate{
		RotatedCreate: api.RotatedCreate{Name: "notifier", Owner: "team"}, ConnectorID: by.Connector("slack").ID,
		Scopes: []string{"messages:send"}, ExpiresAt: new("2027-05-01T00:00:00Z"),
	}).Want(201)
	return by.ScopedToken("notifier").ID
}

// The sync patches one Secret of its namespace with the value, as its service account, and prints no value.
func TestKubernetesSync(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	id := makeNotifier(p)
	var path, authorization string
	var patch struct {
		Metadata struct{ Annotations map[string]string }
		Data     map[string]string
	}
	cluster := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		path, authorization = r.Method+" "+r.URL.Path, r.Header.Get("Authorization")
		if err := json.NewDecoder(r.Body).Decode(&patch); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(cluster.Close)
	account := t.TempDir()
	for name, text := range map[string]string{"token": "of-the-account", "namespace": "messaging", "ca.crt": ""} {
		if err := os.WriteFile(filepath.Join(account, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := inPod(t, p, "sync", "sync.py", api.RolePlanner, "QUICKCONNECT_SCOPED_TOKEN="+id, "SECRET=notifier",
		"CLUSTER="+cluster.URL, "SERVICE_ACCOUNT_DIR="+account).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	value := p.As(api.RoleDeployer).Reveal("notifier", 1)
	if got, err := base64.StdEncoding.DecodeString(patch.Data["token"]); err != nil || string(got) != value {
		t.Errorf("the Secret has another value than the token: %v", err)
	}
	if path != "PATCH /api/v1/namespaces/messaging/secrets/notifier" || authorization != "Bearer of-the-account" ||
		patch.Metadata.Annotations["quickconnect/version"] != "1" {
		t.Errorf("%s as %s: %v", path, authorization, patch.Metadata)
	}
	if strings.Contains(string(out), value) || !strings.Contains(string(out), "has version 1") {
		t.Errorf("it prints %s", out)
	}
}

// The API of the pod starts with its service account token, and lets only callers with a token of the platform in.
func TestKubernetesPod(t *testing.T) {
	t.Parallel()
	p := acctest.StartPlatform(t)
	makeNotifier(p)
	cmd := inPod(t, p, "pod", "api.py", api.RoleRuntime, "PORT=0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line := make([]byte, 64)
	n, err := stdout.Read(line)
	_, port, found := strings.Cut(strings.TrimSpace(string(line[:n])), "listening on ")
	if err != nil || !found {
		t.Fatalf("it printed %q: %v", line[:n], err)
	}
	for token, want := range map[string]int{p.As(api.RoleDeployer).Reveal("notifier", 1): 200, "qct_x": 401} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
}
