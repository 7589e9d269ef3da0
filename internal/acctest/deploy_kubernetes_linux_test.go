package acctest_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

type probe struct {
	HTTPGet          struct{ Path, Port, Scheme string } `yaml:"httpGet"`
	PeriodSeconds    int                                 `yaml:"periodSeconds"`
	FailureThreshold int                                 `yaml:"failureThreshold"`
}

// deployment is what the test reads of the Deployment.
type deployment struct {
	Replicas int
	Selector struct {
		MatchLabels map[string]string `yaml:"matchLabels"`
	}
	Strategy struct {
		RollingUpdate struct {
			MaxUnavailable int `yaml:"maxUnavailable"`
			MaxSurge       int `yaml:"maxSurge"`
		} `yaml:"rollingUpdate"`
	}
	Template struct {
		Metadata struct{ Labels map[string]string }
		Spec     struct {
			SecurityContext struct {
				RunAsNonRoot bool `yaml:"runAsNonRoot"`
				RunAsUser    int  `yaml:"runAsUser"`
				FSGroup      int  `yaml:"fsGroup"`
			} `yaml:"securityContext"`
			Grace      int `yaml:"terminationGracePeriodSeconds"`
			Containers []struct {
				Args           []string
				Env            []struct{ Name, Value string }
				Ports          []struct{ Name string }
				StartupProbe   probe `yaml:"startupProbe"`
				LivenessProbe  probe `yaml:"livenessProbe"`
				ReadinessProbe probe `yaml:"readinessProbe"`
				Lifecycle      struct {
					PreStop struct{ Sleep struct{ Seconds int } } `yaml:"preStop"`
				}
				SecurityContext struct {
					AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
					ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
					Capabilities             struct{ Drop []string }
				} `yaml:"securityContext"`
				VolumeMounts []struct {
					Name string
					Path string `yaml:"mountPath"`
				} `yaml:"volumeMounts"`
			}
			Volumes []struct {
				Name   string
				Secret struct {
					SecretName  string `yaml:"secretName"`
					DefaultMode int    `yaml:"defaultMode"`
				}
			}
		}
	}
}

// TestKubernetesDeployment starts the program as the manifest does, asks its probes, and ends it.
func TestKubernetesDeployment(t *testing.T) {
	t.Parallel()
	d := newDeployed(t)
	root, err := acctest.Root()
	d.ok(err)
	var found deployment
	var kinds []string
	for _, m := range manifests(t, filepath.Join(root, "examples", "deploy", "kubernetes", "quickconnectd.yaml")) {
		kinds = append(kinds, m.Kind)
		if m.Kind == "Deployment" {
			d.ok(m.Spec.Decode(&found))
		}
	}
	if want := []string{"ServiceAccount", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"}; !slices.Equal(
		kinds, want) {
		t.Errorf("the manifest has %v", kinds)
	}
	wantGraceful(t, found)
	pod := found.Template.Spec
	c := pod.Containers[0]
	env := map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	ports := map[string]bool{}
	for _, p := range c.Ports {
		ports[p.Name] = true
	}
	url, keyring := d.platform()
	cert, key := d.certificate()
	secrets := map[string]map[string][]byte{ // as the commands of the README make them
		"quickconnectd-keyring": {"keyring.json": keyring}, "quickconnectd-database": {"url": []byte(url)},
		"quickconnectd-tls": {"tls.crt": cert, "tls.key": key},
	}
	for _, v := range pod.Volumes {
		if v.Secret.DefaultMode != 0o440 || secrets[v.Secret.SecretName] == nil {
			t.Errorf("volume %+v", v)
		}
		for name, content := range secrets[v.Secret.SecretName] {
			d.secret(v.Name, name, content)
		}
		for _, m := range c.VolumeMounts {
			for variable, value := range env {
				if m.Name == v.Name {
					env[variable] = strings.Replace(value, m.Path, filepath.Join(d.dir, v.Name), 1)
				}
			}
		}
	}
	metrics := d.start(env, c.Args...)
	for _, p := range []probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		if p.HTTPGet.Port != "metrics" || p.HTTPGet.Scheme != "" || !ports[p.HTTPGet.Port] {
			t.Errorf("probe %+v", p)
		}
		d.wantOK("http://" + metrics + p.HTTPGet.Path)
	}
	d.wantOK(d.server.URL + "/healthz")
	// A command of the pod. The ports are the server's.
	out, _ := d.command(t.Context(), env, "doctor").CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "fail") && !strings.Contains(line, "port of") || strings.Contains(line, "chmod") {
			t.Errorf("doctor: %s", line)
		}
	}
	d.ok(d.server.Stop())
}

// wantGraceful fails the test if an update or the end of a node would fail requests.
func wantGraceful(t *testing.T, d deployment) {
	t.Helper()
	c := d.Template.Spec.Containers[0]
	if d.Replicas != 2 || d.Strategy.RollingUpdate.MaxUnavailable != 0 || d.Strategy.RollingUpdate.MaxSurge != 1 ||
		d.Selector.MatchLabels["app"] != d.Template.Metadata.Labels["app"] {
		t.Errorf("%d replicas, %+v", d.Replicas, d.Strategy)
	}
	pause := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	if grace := time.Duration(d.Template.Spec.Grace) * time.Second; pause < 5*time.Second || grace < pause+30*time.Second {
		t.Errorf("a pause of %v, and %v until it is killed", pause, grace)
	}
	if patience := c.StartupProbe.PeriodSeconds * c.StartupProbe.FailureThreshold; patience < 1800 {
		t.Errorf("a start may take %d seconds", patience)
	}
	s, of := c.SecurityContext, d.Template.Spec.SecurityContext
	if !s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation ||
		!slices.Equal(s.Capabilities.Drop, []string{"ALL"}) || !of.RunAsNonRoot || of.RunAsUser != 65532 ||
		of.FSGroup != of.RunAsUser {
		t.Errorf("%+v %+v", s, of)
	}
}
