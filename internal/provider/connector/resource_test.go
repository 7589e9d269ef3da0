package connector

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/provider/tfkit"
)

func newTerraformUnconfigured(t *testing.T) *core.Terraform {
	t.Helper()
	return newTerraformOn(t, tfkit.NotConfigured("token"))
}

func TestNullAndEmptyStayApart(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	empty := base().With("description", "").
		With("labels", map[string]any{}).
		With("settings", map[string]any{}).
		With("allowed_scopes", []string{})
	for _, c := range []core.Config{
		empty, base(), empty,
		base().With("allowed_scopes", []string{"b:*", "a"}).With("labels", map[string]any{"a": "1"}),
	} {
		tf.Run(c)
		wantQuiet(t, tf, c)
	}
	tf.Expect(tf.State, `allowed_scopes=["a","b:*"]`, `labels={"a":"1"}`, "description=<null>")
	if f.con.AllowedScopes == nil || f.con.Settings != nil {
		t.Errorf("the platform has scopes %v and settings %v", f.con.AllowedScopes, f.con.Settings)
	}
}

func TestBadConfigurations(t *testing.T) {
	smtp := func(settings map[string]any) core.Config {
		return base().With("type", "smtp").With("settings", settings)
	}
	for name, tt := range map[string]struct {
		config core.Config
		want   string
	}{
		"name":             {base().With("name", "CANARY Name"), `AttributeName("name")`},
		"owner":            {base().With("owner", "CANARY@"), `AttributeName("owner")`},
		"owner is missing": {base().With("owner", nil), "owner"},
		"type":             {base().With("type", "CANARY"), `AttributeName("type")`},
		"scope": {
			base().With("allowed_scopes", []string{"messages:send", "CANARY Scope"}),
			`AttributeName("allowed_scopes")`,
		},
		"labels":           {base().With("labels", map[string]any{"": "CANARY"}), `AttributeName("labels")`},
		"label null":       {base().With("labels", map[string]any{"a": nil}), `AttributeName("labels")`},
		"policy":           {base().With("rotation_policy_id", "CANARY"), `AttributeName("rotation_policy_id")`},
		"number":           {base().With("credentials_wo_version", 0), `AttributeName("credentials_wo_version")`},
		"unknown setting":  {smtp(map[string]any{"host": "mail", "pasword": "CANARY"}), `ElementKeyString("pasword")`},
		"setting missing":  {smtp(map[string]any{"port": "25"}), "must have host"},
		"no settings":      {base().With("type", "smtp"), "must have host"},
		"setting's value":  {smtp(map[string]any{"host": "mail", "port": "CANARY"}), `ElementKeyString("port")`},
		"setting null":     {smtp(map[string]any{"host": "mail", "port": nil}), `AttributeName("settings")`},
		"no credentials":   {base().With("credentials_wo", map[string]any{}), `AttributeName("credentials_wo")`},
		"empty credential": {base().With("credentials_wo", map[string]any{"k": ""}), `AttributeName("credentials_wo")`},
		"null credential": {
			base().With("credentials_wo", map[string]any{"k": nil}),
			`AttributeName("credentials_wo")`,
		},
		"credential's key": {
			base().With("credentials_wo", map[string]any{"CANARY key": "CANARY"}),
			`AttributeName("credentials_wo")`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			errs := newTerraform(t, newFake(t)).Plan(tt.config).Diags.Errors()
			if !strings.Contains(errs, tt.want) {
				t.Errorf("got %q, want %q in it", errs, tt.want)
			}
			if strings.Contains(errs, "CANARY") {
				t.Errorf("a refused value is repeated: %s", errs)
			}
		})
	}
	t.Run("unknown values are left alone", func(t *testing.T) {
		for _, c := range []core.Config{
			smtp(map[string]any{"host": tftypes.UnknownValue}), smtp(nil).With("settings", tftypes.UnknownValue),
			base().With("type", tftypes.UnknownValue),
			base().With("name", tftypes.UnknownValue).With("allowed_scopes", tftypes.UnknownValue),
			base().With("credentials_wo", map[string]any{"k": tftypes.UnknownValue}).
				With("rotation_policy_id", tftypes.UnknownValue),
		} {
			if errs := newTerraform(t, newFake(t)).Plan(c).Diags.Errors(); errs != "" {
				t.Error(errs)
			}
		}
	})
}

func TestOnlyPlatformNotFoundRemovesConnector(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base())
	for status, body := range map[int]string{
		404: "text/html", 401: api.ProblemContentType, 403: "text/html", 500: "text/html", 200: "text/html",
	} {
		f.next = func(w http.ResponseWriter) bool {
			w.Header().Set("Content-Type", body)
			w.WriteHeader(status)
			return true
		}
		if d := tf.Refresh(); d.Errors() == "" || tf.State.IsNull() {
			t.Errorf("%d: %q, and the state is null: %v", status, d.Errors(), tf.State.IsNull())
		}
		if d := tf.Destroy(); d.Errors() == "" && status != 200 {
			t.Errorf("%d counts as a deletion", status)
		}
	}
}

func TestDeletedOutside(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base())
	before := tf.State
	f.con = nil
	if errs := tf.Refresh().Errors(); errs != "" || !tf.State.IsNull() {
		t.Errorf("%q; the state: %s", errs, tf.State)
	}
	tf.State = before
	if errs := tf.Destroy().Errors(); errs != "" {
		t.Errorf("what is gone already cannot be destroyed: %s", errs)
	}
}

func TestObjectOfAnotherEnvironment(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base())
	other := newTerraformOn(t, f.platform("production"))
	other.State, other.Private = tf.State, tf.Private
	f.next = func(http.ResponseWriter) bool { t.Error("the platform was asked"); return false }
	for what, d := range map[string]core.Diags{"read": other.Refresh(), "delete": other.Destroy()} {
		if errs := d.Errors(); !strings.Contains(errs, `"staging"`) || !strings.Contains(errs, `"production"`) ||
			other.State.IsNull() {
			t.Errorf("%s: %q", what, errs)
		}
	}
}

func TestNameTaken(t *testing.T) {
	f := newFake(t)
	newTerraform(t, f).Run(base())
	tf := newTerraform(t, f)
	errs := tf.Apply(tf.Plan(base()), nil).Errors()
	if !strings.Contains(errs, "terraform import quickconnect_connector.LABEL mail") ||
		!strings.Contains(errs, `AttributeName("name")`) {
		t.Errorf("got %q", errs)
	}
	if !tf.State.IsNull() {
		t.Error("the other object was adopted")
	}
}

func TestTypeReplaces(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base())
	p := tf.Plan(base().With("type", "slack"))
	if !p.Replaces {
		t.Error("another type is changed in place")
	}
	apply(t, tf, p, nil)
	tf.Expect(tf.State, "type=slack")
}
