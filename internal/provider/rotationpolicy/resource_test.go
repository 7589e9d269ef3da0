package rotationpolicy

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/core"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest/fakes"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const theID = "pol_01ARZ3NDEKTSV4RRFFQ69G5FAV"

// fake is the policy's part of the platform's API, for one policy.
type fake struct {
	url     string
	policy  map[string]any
	patches []map[string]any
	refuse  *api.Problem
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	s := httptest.NewServer(fakes.Named(f))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := map[string]any{}
	if raw, _ := io.ReadAll(r.Body); len(raw) > 0 {
		_ = json.Unmarshal(raw, &body)
	}
	if r.Method == http.MethodPatch {
		f.patches = append(f.patches, maps.Clone(body))
	}
	switch {
	case f.refuse != nil && r.Method != http.MethodGet:
		w.Header().Set("Content-Type", api.ProblemContentType)
		w.WriteHeader(f.refuse.Status)
		f.refuse.Type = api.ProblemTypePrefix + f.refuse.Code
		_ = json.NewEncoder(w).Encode(f.refuse)
		return
	case r.Method == http.MethodPost:
		f.policy = map[string]any{
			"id": theID, "tenant": "acme", "environment": "staging", "created_at": "2026-05-01T12:00:00Z", "etag": "1",
			"description": nil, "labels": nil, "max_age": nil, "quiet_period": nil,
		}
	case f.policy == nil:
		w.Header().Set("Content-Type", api.ProblemContentType)
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(api.Problem{
			Type: api.ProblemTypePrefix + api.CodeNotFound, Status: 404, Code: api.CodeNotFound,
		})
		return
	case r.Method == http.MethodDelete:
		f.policy = nil
		w.WriteHeader(http.StatusNoContent)
		return
	}
	maps.Copy(f.policy, body)
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Query().Has("name") {
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{f.policy}, "next_page_token": ""})
		return
	}
	_ = json.NewEncoder(w).Encode(f.policy)
}

func newTerraform(t *testing.T, f *fake) *core.Terraform {
	t.Helper()
	p := fakes.NewPlatform(t, f.url, fakes.Identity("staging"), 0)
	return core.New(
		t,
		fakes.Noun{Platform: p, Resource: NewResource, DataSource: NewDataSource},
		core.Config{},
		kind.Terraform,
	)
}

func base() core.Config { return core.Config{"name": "quarterly", "interval": "90d"} }

func wantQuiet(t *testing.T, tf *core.Terraform, c core.Config) {
	t.Helper()
	if p := tf.Plan(c); p.Diags.Errors() != "" || p.Diags.Warnings() != "" || p.Changes {
		t.Errorf("a plan with nothing to do: changes %v, %s%s", p.Changes, p.Diags.Errors(), p.Diags.Warnings())
	}
}

func TestLifecycle(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base())
	tf.Expect(
		tf.State,
		"overlap=24h",
		"max_stage=7d",
		"require_acknowledgement=true",
		"on_stage_timeout=cancel",
		"max_age=<null>",
		"quiet_period=<null>",
		"id="+theID,
	)
	wantQuiet(t, tf, base())

	// Everything changes in place, and only what changed is sent.
	all := core.Config{
		"name":                    "monthly",
		"interval":                "30d",
		"overlap":                 "2h",
		"max_stage":               "1d",
		"max_age":                 "40d",
		"require_acknowledgement": false,
		"on_stage_timeout":        "promote",
		"quiet_period":            "1h",
		"description":             "for all",
		"labels":                  map[string]any{"a": "1"},
	}
	p := tf.Plan(all)
	if p.Replaces {
		t.Error("a change replaces the policy")
	}
	tf.Expect(p.Planned, "id="+theID, "created_at=2026-05-01T12:00:00Z")
	if errs := tf.Apply(p, nil).Errors(); errs != "" {
		t.Fatal(errs)
	}
	wantQuiet(t, tf, all)
	tf.Run(all.With("overlap", "3h"))
	if last := f.patches[len(f.patches)-1]; len(last) != 1 || last["overlap"] != "3h" {
		t.Errorf("the patch was %v", last)
	}

	// Removed is null or the default.
	tf.Run(base())
	tf.Expect(
		tf.State,
		"overlap=24h",
		"max_age=<null>",
		"quiet_period=<null>",
		"require_acknowledgement=true",
		"description=<null>",
		"labels=<null>",
	)
	if last := f.patches[len(f.patches)-1]; last["max_age"] != nil || last["overlap"] != "24h" {
		t.Errorf("the patch was %v", last)
	}

	if errs := tf.Destroy().Errors(); errs != "" || f.policy != nil {
		t.Error(errs)
	}
}

func TestEqualDurationIsNoDifference(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base().With("max_age", "20w").With("overlap", "1d"))
	f.patches = nil
	same := core.Config{"name": "quarterly", "interval": "12w6d", "max_age": "140d", "overlap": "24h"}
	wantQuiet(t, tf, same)
	wantQuiet(t, tf, same.With("overlap", nil)) // the default means the same
	tf.Run(same.With("name", "renamed"))
	if len(f.patches) != 1 || len(f.patches[0]) != 1 {
		t.Errorf("the patches were %v", f.patches)
	}
	// Changed on the platform to a text that means the same.
	f.policy["max_age"] = "3360h"
	wantQuiet(t, tf, same.With("name", "renamed"))
	f.policy["max_age"] = "200d"
	if !tf.Plan(same.With("name", "renamed")).Changes {
		t.Error("a change on the platform goes unnoticed")
	}
}

func TestBadConfigurations(t *testing.T) {
	for name, tt := range map[string]struct {
		config core.Config
		at     string
	}{
		"90 days":               {base().With("interval", "90 days"), "interval"},
		"interval of nothing":   {base().With("interval", "0s"), "interval"},
		"no interval":           {base().With("interval", nil), "interval"},
		"overlap too long":      {base().With("overlap", "31d"), "overlap"},
		"max_stage too long":    {base().With("max_stage", "31d"), "max_stage"},
		"max_stage of nothing":  {base().With("max_stage", "0s"), "max_stage"},
		"max_age of interval":   {base().With("max_age", "90d"), "max_age"},
		"max_age is malformed":  {base().With("max_age", "4 months"), "max_age"},
		"on_stage_timeout":      {base().With("on_stage_timeout", "panic"), "on_stage_timeout"},
		"quiet_period":          {base().With("quiet_period", "0s"), "quiet_period"},
		"interval unknown":      {base().With("interval", tftypes.UnknownValue).With("overlap", "31d"), "overlap"},
		"other durations known": {base().With("overlap", tftypes.UnknownValue).With("max_age", "1d"), "max_age"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newTerraform(t, newFake(t)).Plan(tt.config).Diags
			if !strings.Contains(d.Errors(), `AttributeName("`+tt.at+`")`) &&
				!strings.Contains(d.Errors(), `"`+tt.at+`" is required`) {
				t.Errorf("got %q, want an error on %s", d.Errors(), tt.at)
			}
			if len(d) != 1 {
				t.Errorf("%d diagnostics for one mistake: %s", len(d), d.Errors())
			}
		})
	}
	unknown := base()
	for name := range maps.Keys(core.Config{
		"interval": 0, "overlap": 0, "max_stage": 0, "max_age": 0, "on_stage_timeout": 0, "quiet_period": 0,
		"require_acknowledgement": 0,
	}) {
		unknown[name] = tftypes.UnknownValue
	}
	if errs := newTerraform(t, newFake(t)).Plan(unknown).Diags.Errors(); errs != "" {
		t.Error(errs)
	}
}

func TestRefusedByThePlatform(t *testing.T) {
	f := newFake(t)
	tf := newTerraform(t, f)
	tf.Run(base())
	f.refuse = &api.Problem{Status: 409, Code: api.CodeConflict, Detail: "3 scoped tokens refer to the " +
		"rotation policy", RequestID: "req_1"}
	if errs := tf.Destroy().Errors(); !strings.Contains(errs, "3 scoped tokens refer") || tf.State.IsNull() {
		t.Errorf("got %q", errs)
	}
	f.refuse = &api.Problem{Status: 422, Code: api.CodeInvalid, Field: "/overlap", Detail: "must be at most 30d"}
	before := tf.State
	if errs := tf.Apply(tf.Plan(base().With("overlap", "2h")), nil).
		Errors(); !strings.Contains(errs, `AttributeName("overlap")`) ||
		!tf.State.Equal(before) {
		t.Errorf("got %q", errs)
	}
}

func TestImport(t *testing.T) {
	f := newFake(t)
	newTerraform(t, f).Run(base().With("max_age", "100d"))
	for _, id := range []string{"quarterly", theID} {
		tf := newTerraform(t, f)
		if errs := tf.Import(id).Errors(); errs != "" {
			t.Fatal(errs)
		}
		wantQuiet(t, tf, base().With("max_age", "100d"))
	}
	if errs := newTerraform(t, f).Import("other").Errors(); !strings.Contains(errs, "no such object") {
		t.Errorf("got %q", errs)
	}
}
