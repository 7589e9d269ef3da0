package connector_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

func TestNullAndEmptyStayApart(t *testing.T) {
	s := start(t)
	tf := s.tf
	empty := base().With("description", "").With("labels", map[string]any{}).With("settings",
		map[string]any{}).With("allowed_scopes", []string{})
	for _, c := range []tftest.Config{
		empty, base(), empty,
		base().With("allowed_scopes", []string{"users:*", "messages:send"}).With("labels", map[string]any{"a": "1"}),
	} {
		tf.Run(c)
		tftest.Silent(t, tf, c)
	}
	tf.Expect(tf.State, `allowed_scopes=["messages:send","users:*"]`, `labels={"a":"1"}`, "description=<null>")
	if object := s.object(); object.AllowedScopes == nil || object.Settings != nil {
		t.Errorf("the platform has scopes %v and settings %v", object.AllowedScopes, object.Settings)
	}
}

func TestInvalidConfigurationIsAnErrorOnTheAttribute(t *testing.T) {
	tf := start(t).tf
	smtp := func(settings map[string]any) tftest.Config {
		return base().With("type", "smtp").With("settings", settings)
	}
	for name, tt := range map[string]struct {
		config tftest.Config
		want   string
	}{
		"name":             {base().With("name", "CANARY Name"), `AttributeName("name")`},
		"owner":            {base().With("owner", "CANARY@"), `AttributeName("owner")`},
		"owner is missing": {base().With("owner", nil), "owner"},
		"type":             {base().With("type", "CANARY"), `AttributeName("type")`},
		"scope": {
			base().With("allowed_scopes", []string{"messages:send", "Some Scope"}),
			`allowed_scopes has the entry "Some Scope", which must be a scope`,
		},
		"labels":          {base().With("labels", map[string]any{"": "CANARY"}), `AttributeName("labels")`},
		"label null":      {base().With("labels", map[string]any{"a": nil}), `AttributeName("labels")`},
		"policy":          {base().With("rotation_policy_id", "con_CANARY"), `AttributeName("rotation_policy_id")`},
		"number":          {base().With("credentials_wo_version", 0), `AttributeName("credentials_wo_version")`},
		"unknown setting": {smtp(map[string]any{"host": "mail", "pasword": "CANARY"}), `ElementKeyString("pasword")`},
		"setting missing": {smtp(map[string]any{"port": "25"}), "must have host"},
		"no settings":     {base().With("type", "smtp"), "must have host"},
		"setting's value": {smtp(map[string]any{"host": "mail", "port": "CANARY"}), `ElementKeyString("port")`},
		"two settings": {
			smtp(map[string]any{"port": "CANARY", "from": "CANARY"}),
			`settings["from"] must be an e-mail address.` + "\n" + `AttributeName("settings").ElementKeyString("port")`,
		},
		"setting null":     {smtp(map[string]any{"host": "mail", "port": nil}), `AttributeName("settings")`},
		"no credentials":   {base().With("credentials_wo", map[string]any{}), `AttributeName("credentials_wo")`},
		"empty credential": {base().With("credentials_wo", map[string]any{"k": ""}), `AttributeName("credentials_wo")`},
		"null credential":  {base().With("credentials_wo", map[string]any{"k": nil}), `AttributeName("credentials_wo")`},
		"url twice": {
			base().With("type", "webhook").With("settings", map[string]any{"url": "https://example.com"}).
				With("credentials_wo", map[string]any{"url": "https://example.com/CANARY"}),
			"must not have url while settings has it too",
		},
		"credential's form": {
			base().With("type", "slack").With("credentials_wo", map[string]any{"bot_token": "CANARY"}),
			`ElementKeyString("bot_token")`,
		},
		"credential of another type": {
			base().With("type", "slack").With("credentials_wo", map[string]any{"CANARY": "x"}),
			"does not take: it takes app_token, bot_token",
		},
		"credential's key": {
			base().With("credentials_wo", map[string]any{"CANARY key": "CANARY"}),
			`AttributeName("credentials_wo")`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			errs := tf.Plan(tt.config).Diags.Errors()
			if !strings.Contains(errs, tt.want) {
				t.Errorf("got %q, want %q in it", errs, tt.want)
			}
			if strings.Contains(errs, "CANARY") {
				t.Errorf("a refused value is repeated: %s", errs)
			}
		})
	}
	t.Run("unknown values are left alone", func(t *testing.T) {
		for _, c := range []tftest.Config{
			smtp(map[string]any{"host": tftest.Unknown}), smtp(nil).With("settings", tftest.Unknown),
			base().With("type", tftest.Unknown), base().With("name", tftest.Unknown).With("allowed_scopes", tftest.Unknown),
			base().With("type", "slack").With("credentials_wo", map[string]any{"bot_token": tftest.Unknown}),
			base().With("type", tftest.Unknown).With("credentials_wo", map[string]any{"k": "v"}),
			base().With("credentials_wo", map[string]any{"k": tftest.Unknown}).With("rotation_policy_id", tftest.Unknown),
		} {
			if errs := tf.Plan(c).Diags.Errors(); errs != "" {
				t.Error(errs)
			}
		}
	})
}

// What Twilio and mail servers take is accepted, and what looks alike is refused.
func TestSettingsOfRealServices(t *testing.T) {
	tf := start(t).tf
	with := func(typ string, settings map[string]any) tftest.Config {
		return base().With("type", typ).With("settings", settings)
	}
	const digits = "0123456789abcdef0123456789abcdef"
	for name, tt := range map[string]struct {
		config tftest.Config
		want   string
	}{
		"sender id":  {with("twilio", map[string]any{"account_sid": "AC" + digits, "from": "MyBrand"}), ""},
		"wrong kind": {with("twilio", map[string]any{"account_sid": "MG" + digits}), "must be AC and 32 hexadecimal digits"},
		"IPv6":       {with("smtp", map[string]any{"host": "2001:db8::25"}), ""},
		"no host":    {with("smtp", map[string]any{"host": "a..b", "port": "+587"}), "must be a host name"},
	} {
		errs := tf.Plan(tt.config).Diags.Errors()
		if (errs == "") != (tt.want == "") || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: got %q, want %q", name, errs, tt.want)
		}
	}
}

// An unknown scope in allowed_scopes is a warning of the plan that adds it.
func TestUnknownAllowedScope(t *testing.T) {
	tf := start(t).tf
	c := base().With("allowed_scopes", []string{"messages:*", "message:*"})
	plan := tf.Plan(c)
	tftest.Must(t, plan.Diags)
	tftest.Says(t, plan.Diags.Warnings(), `AttributeName("allowed_scopes")`, "Unknown scope",
		`"message:*" is not in the scope catalogue, which has messages:read (`)
	tf.Keep(plan, nil)
	tftest.Silent(t, tf, c)
}
