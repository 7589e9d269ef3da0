package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

const hex32 = "0123456789abcdef0123456789ABCDEF"

func TestCheckSettings(t *testing.T) {
	twilio := func(key, value string) map[string]string {
		return map[string]string{"account_sid": "AC" + hex32, key: value}
	}
	smtp := func(key, value string) map[string]string {
		return map[string]string{"host": "mail.example.com", key: value}
	}
	for _, c := range []struct {
		typ      string
		settings map[string]string
		key      string
		ok       bool
	}{
		{"slack", nil, "", true},
		{"slack", map[string]string{"default_channel": "#alerts"}, "", true},
		{"slack", map[string]string{"bot_token": "xoxb-canary"}, "bot_token", false},
		{"discord", map[string]string{"guild_id": "197038439483310086"}, "", true},
		{"discord", map[string]string{"guild_id": "canary"}, "guild_id", false},
		{"smtp", map[string]string{"port": "587"}, "", false},
		{"smtp", smtp("host", "mail"), "", true},
		{"smtp", smtp("host", "192.0.2.25"), "", true},
		{"smtp", smtp("host", "2001:db8::25"), "", true},
		{"smtp", smtp("host", "[2001:db8::25]"), "host", false},
		{"smtp", smtp("host", "fe80::1%eth0"), "host", false},
		{"smtp", smtp("host", "a..b"), "host", false},
		{"smtp", smtp("host", "-a.example.com"), "host", false},
		{"smtp", smtp("host", "canary.example.com."), "host", false},
		{"smtp", smtp("host", strings.Repeat("a", 64)+".example.com"), "host", false},
		{"smtp", smtp("host", "0177.0.0.1"), "host", false},
		{"smtp", smtp("port", "587"), "", true},
		{"smtp", smtp("port", "+587"), "port", false},
		{"smtp", smtp("port", "0587"), "port", false},
		{"smtp", smtp("port", "0"), "port", false},
		{"smtp", smtp("port", "70000"), "port", false},
		{"smtp", smtp("from", "Mail <mail@example.com>"), "", true},
		{"twilio", nil, "", false},
		{"twilio", twilio("account_sid", "AC"+hex32), "", true},
		{"twilio", twilio("account_sid", "MG"+hex32), "account_sid", false},
		{"twilio", twilio("messaging_service_sid", "MG"+hex32), "", true},
		{"twilio", twilio("messaging_service_sid", "AC"+hex32), "messaging_service_sid", false},
		{"twilio", twilio("from", "+15005550006"), "", true},
		{"twilio", twilio("from", "12345"), "", true},
		{"twilio", twilio("from", "12"), "from", false},
		{"twilio", twilio("from", "1234567"), "from", false},
		{"twilio", twilio("from", "MyBrand"), "", true},
		{"twilio", twilio("from", "R & D 24-7"), "", true},
		{"twilio", twilio("from", "MyBrandIsTooLong"), "from", false},
		{"twilio", twilio("from", " MyBrand"), "from", false},
		{"twilio", twilio("from", "whatsapp:+14155238886"), "", true},
		{"twilio", twilio("from", "whatsapp:canary"), "from", false},
		{"twilio", twilio("from", "messenger:107083064136738"), "", true},
		{"twilio", twilio("from", "rcs:brand_agent"), "", true},
		{"twilio", twilio("from", "whatsapp:"), "from", false},
		{"webhook", nil, "", true},
		{"webhook", map[string]string{"url": "https://example.com/in"}, "", true},
		{"webhook", map[string]string{"url": "http://example.com"}, "url", false},
		{"webhook", map[string]string{"url": "https://example.com/in?token=canary"}, "url", false},
		{"webhook", map[string]string{"url": "https://a..b/in"}, "url", false},
		{"custom", map[string]string{"anything": "goes"}, "", true},
	} {
		wrong := api.CheckSettings(c.typ, c.settings)
		if (len(wrong) == 0) != c.ok || !c.ok && (len(wrong) != 1 || wrong[0].Where != c.key) {
			t.Errorf("%s %v: got %v", c.typ, c.settings, wrong)
		}
		for _, w := range wrong {
			if strings.Contains(w.Err.Error(), "canary") {
				t.Errorf("the error repeats the value: %v", w.Err)
			}
		}
	}
}

func TestCheckCredentialKeys(t *testing.T) {
	for _, c := range []struct {
		typ, keys, want string // keys with spaces between; want empty: accepted
	}{
		{"custom", "anything goes", ""},
		{"slack", "", "at least one entry"},
		{"slack", "-", "has a key that is not 1 to 63 letters"},
		{"slack", "bot_token app_token signing_secret", ""},
		{"slack", "url", ""},
		{"slack", "signing_secret", "must have bot_token or user_token or url"},
		{"twilio", "auth_token", ""},
		{"twilio", "auht_tokn", "does not take (did you mean auth_token?): it takes api_key_secret, api_key_sid, auth_token"},
		{"twilio", "canary", "does not take: it takes"},
		{"twilio", "api_key_sid api_key_secret", ""},
		{"twilio", "api_key_sid", "must have api_key_sid and api_key_secret together"},
		{"twilio", "auth_token api_key_secret", "together"},
		{"sendgrid", "api_key", ""},
		{"smtp", "username password", ""},
		{"smtp", "password", "must have username"},
		{"discord", "url", ""},
		{"microsoft_teams", "url", ""},
		{"microsoft_teams", "client_id client_secret", ""},
		{"webhook", "url signing_secret", ""},
	} {
		err := api.CheckCredentialKeys(c.typ, nil, strings.Fields(c.keys))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.typ, c.keys, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
	err := api.CheckCredentialKeys("webhook", map[string]string{"url": "https://example.com"}, []string{"url"})
	if err == nil || !strings.Contains(err.Error(), "must not have url while settings has it too") {
		t.Errorf("a url in both places gives %v", err)
	}
}

func TestCheckCredential(t *testing.T) {
	for _, c := range []struct {
		typ, key  string
		good, bad []string
	}{
		{
			"slack", "bot_token",
			[]string{"xoxb-1-2-abc", "xoxe.xoxb-1-abc"},
			[]string{"xoxb-", "xoxp-canary", "xoxb-canary ", "canary"},
		},
		{
			"slack", "url",
			[]string{"https://hooks.slack.com/services/T0/B0/x", "https://hooks.slack-gov.com/services/T0/B0/x"},
			[]string{"https://hooks.slack.com.canary.example/x", "http://hooks.slack.com/canary"},
		},
		{
			"discord", "url",
			[]string{
				"https://discord.com/api/webhooks/197038439483310086/a_B-c", "https://discord.com/api/v10/webhooks/1/a?wait=true",
			},
			[]string{"https://discord.com/canary", "https://canary.example.com/api/webhooks/1/a"},
		},
		{
			"microsoft_teams", "url",
			[]string{"https://prod-01.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=x"},
			[]string{"canary", "http://canary.example.com", "https://canary@example.com", "https://example.com/#canary"},
		},
		{"microsoft_teams", "security_token", []string{"c2VjcmV0"}, []string{"canary!"}},
		{"sendgrid", "api_key", []string{"SG." + strings.Repeat("a", 66)}, []string{"SG.canary", strings.Repeat("b", 69)}},
		{"twilio", "api_key_sid", []string{"SK" + hex32}, []string{"AC" + hex32, "SKcanary"}},
		{"twilio", "auth_token", []string{hex32}, []string{"with canary", "canary\n"}},
		{"smtp", "password", []string{"two words", "ä"}, []string{"two\ncanary"}},
		{"custom", "anything", []string{"\n\x00"}, nil},
	} {
		for _, v := range c.good {
			if _, err := api.CheckCredential(c.typ, c.key, v); err != nil {
				t.Errorf("%s %s: %v", c.typ, c.key, err)
			}
		}
		for _, v := range append(c.bad, "", strings.Repeat("c", api.MaxCredentialValue+1)) {
			_, err := api.CheckCredential(c.typ, c.key, v)
			if err == nil || strings.Contains(err.Error(), "canary.") || strings.HasSuffix(err.Error(), "canary") {
				t.Errorf("%s %s of %d bytes gives %v", c.typ, c.key, len(v), err)
			}
		}
	}
}

// TestTypesAreDescribed checks that the reference pages name every key of every type.
func TestTypesAreDescribed(t *testing.T) {
	if !slices.IsSorted(api.ConnectorTypes()) {
		t.Error("the types are not sorted")
	}
	for text, want := range map[string][]string{
		api.SettingsText(): {
			"`twilio`: `account_sid` (required; AC and 32 hexadecimal digits), `from` (a telephone number",
			"`custom`: any.",
		},
		api.CredentialsText(): {
			"`api_key_sid` (SK and 32 hexadecimal digits)", "at least `auth_token` or `api_key_sid` with `api_key_secret`",
			"(source: twilio.com/docs/messaging/api and twilio.com/docs/iam)", "`discord`:", "`smtp`:", "`custom`: any.",
		},
	} {
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%q is not in %q", w, text)
			}
		}
	}
}
