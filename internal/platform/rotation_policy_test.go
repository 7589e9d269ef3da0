package platform_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

func TestRotationPolicyDefaults(t *testing.T) {
	w := newWorld(t)
	got := decoded[api.RotationPolicy](w.do("POST", pathPolicies, object{"name": "p", "interval": "1w2d"}).want(201))
	want := api.RotationPolicy{
		Object:   api.Object{ID: got.ID, Name: "p", Tenant: "acme", Environment: "staging", CreatedAt: epoch, Etag: "1"},
		Interval: "1w2d", Overlap: "24h", MaxStage: "7d", RequireAcknowledgement: true, OnStageTimeout: "cancel",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	path := pathPolicies + "/" + got.ID
	changed := decoded[api.RotationPolicy](w.do("PATCH", path, object{
		"overlap": "1h", "max_stage": "2h", "max_age": "30d", "require_acknowledgement": false, "on_stage_timeout": "promote",
		"quiet_period": "10m",
	}).want(200))
	if changed.Overlap != "1h" || *changed.MaxAge != "30d" || changed.RequireAcknowledgement ||
		*changed.QuietPeriod != "10m" || changed.Interval != "1w2d" {
		t.Errorf("%+v", changed)
	}
	back := decoded[api.RotationPolicy](w.do("PATCH", path, object{
		"overlap": nil, "max_stage": nil, "max_age": nil, "require_acknowledgement": nil, "on_stage_timeout": nil,
		"quiet_period": nil,
	}).want(200))
	want.Etag = "3"
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("back to the defaults (-want +got):\n%s", diff)
	}
	w.do("PATCH", path, object{"interval": nil}).problem(api.CodeInvalid, "/interval")
}

func TestRotationPolicyRefused(t *testing.T) {
	w := newWorld(t)
	w.newPolicy("taken", nil)
	for name, c := range map[string]struct {
		change object
		code   string
		field  string
	}{
		"taken":               {object{"name": "taken"}, api.CodeNameTaken, "/name"},
		"no interval":         {object{"interval": nil}, api.CodeInvalid, "/interval"},
		"not a duration":      {object{"interval": "90 days"}, api.CodeInvalid, "/interval"},
		"too short":           {object{"interval": "0s"}, api.CodeInvalid, "/interval"},
		"overlap too long":    {object{"overlap": "31d"}, api.CodeInvalid, "/overlap"},
		"stage too long":      {object{"max_stage": "31d"}, api.CodeInvalid, "/max_stage"},
		"stage of nothing":    {object{"max_stage": "0s"}, api.CodeInvalid, "/max_stage"},
		"age below interval":  {object{"max_age": "30d"}, api.CodeInvalid, "/max_age"},
		"empty age":           {object{"max_age": ""}, api.CodeInvalid, "/max_age"},
		"empty quiet":         {object{"quiet_period": ""}, api.CodeInvalid, "/quiet_period"},
		"unknown timeout":     {object{"on_stage_timeout": "explode"}, api.CodeInvalid, "/on_stage_timeout"},
		"a boolean in quotes": {object{"require_acknowledgement": "true"}, api.CodeInvalid, "/require_acknowledgement"},
	} {
		t.Run(name, func(t *testing.T) {
			body := object{"name": "p", "interval": "30d"}
			for k, v := range c.change {
				body[k] = v
				if v == nil {
					delete(body, k)
				}
			}
			w.in(t).do("POST", pathPolicies, body).problem(c.code, c.field)
		})
	}
}
