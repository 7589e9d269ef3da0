package acctest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
)

// badInput is one mistake: a line in a resource that is right otherwise, and what Terraform must say at that line.
type badInput struct {
	resource string // type
	line     string // the mistake; empty: that something is missing, which is said of the block's first line
	rest     string // what the block says besides
	says     string
}

const (
	policyType    = "quickconnect_rotation_policy"
	connectorType = "quickconnect_connector"
	tokenType     = "quickconnect_scoped_token"
	endpointType  = "quickconnect_webhook_endpoint"
	signingType   = "quickconnect_webhook_signing_secret"

	asPolicy    = "name = \"p\"\ninterval = \"30d\""
	asConnector = "name = \"c\"\nowner = \"o\"\ntype = \"slack\""
	asTwilio    = "name = \"c\"\nowner = \"o\"\ntype = \"twilio\"\n"
	hex32       = "0123456789abcdef0123456789abcdef"
	// The ids have the right form. A plan does not check that they exist.
	asToken = "name = \"t\"\nowner = \"o\"\nconnector_id = \"con_1\"\nscopes = [\"messages:send\"]\n" +
		"rotation_policy_id = \"pol_1\""
	asEndpoint   = "name = \"e\"\nconnector_id = \"con_1\"\nurl = \"https://hooks.example.com/quickconnect\""
	asSigning    = "name = \"s\"\nowner = \"o\"\nendpoint_id = \"wep_1\"\nrotation_policy_id = \"pol_1\""
	aSigning     = "secret_wo must be whsec_ followed by 24 to 64 bytes in standard base64 with padding"
	notADuration = " must be a duration of at most 100y, such as 90d, 12h or 1h30m"
	notAName     = "name must be 1 to 63 characters: lower-case letters, digits and hyphens"
)

var mistakes = []badInput{
	{policyType, `name = "Monthly"`, asPolicy, notAName},
	{policyType, `name = "-monthly"`, asPolicy, notAName},
	{policyType, `name = "` + strings.Repeat("a", 64) + `"`, asPolicy, notAName},
	{policyType, `interval = "90 days"`, asPolicy, "interval" + notADuration},
	{policyType, `interval = "1h90d"`, asPolicy, "interval" + notADuration},
	{policyType, `interval = "2160h0.5m"`, asPolicy, "interval" + notADuration},
	{policyType, `interval = ""`, asPolicy, "interval" + notADuration},
	{policyType, `interval = "0s"`, asPolicy, "interval must be at least 1s"},
	{policyType, `overlap = "90 days"`, asPolicy, "overlap" + notADuration},
	{policyType, `overlap = "31d"`, asPolicy, "overlap must be at most 30d"},
	{policyType, `max_stage = "30d1s"`, asPolicy, "max_stage must be at least 1s and at most 30d"},
	{policyType, `max_stage = "0s"`, asPolicy, "max_stage must be at least 1s and at most 30d"},
	{policyType, `max_age = "30d"`, asPolicy, "max_age must be longer than interval"},
	{policyType, `max_age = "4w1d"`, asPolicy, "max_age must be longer than interval"},
	{policyType, `quiet_period = "a while"`, asPolicy, "quiet_period" + notADuration},
	{policyType, `on_stage_timeout = "panic"`, asPolicy, "on_stage_timeout must be cancel or promote"},
	{policyType, ``, `name = "p"`, `The argument "interval" is required`},

	{connectorType, `name = "my connector"`, asConnector, notAName},
	{connectorType, `owner = ""`, asConnector, "owner must be an e-mail address or a team name"},
	{connectorType, `owner = "Ops <ops@example.com>"`, asConnector, "owner has an @ but is not a plain e-mail address"},
	{connectorType, `type = "fax"`, asConnector, "type must be one of custom, discord"},
	{
		connectorType, `settings = { bot_token = "x" }`, asConnector,
		"is not a setting of a connector of type slack, which takes default_channel, team_id; " +
			"a secret belongs into credentials_wo",
	},
	{connectorType, `settings = { team_id = "my team" }`, asConnector, "must be a Slack id"},
	{
		connectorType, `settings = { port = "25" }`, "name = \"c\"\nowner = \"o\"\ntype = \"smtp\"",
		"settings must have host for a connector of type smtp",
	},
	{
		connectorType, `settings = { host = "mail.example.com", port = "0" }`,
		"name = \"c\"\nowner = \"o\"\ntype = \"smtp\"", "must be a port from 1 to 65535",
	},
	{
		connectorType, `settings = { account_sid = "MG` + hex32 + `" }`, asTwilio,
		`settings["account_sid"] must be AC and 32 hexadecimal digits`,
	},
	{
		connectorType, `settings = { account_sid = "AC` + hex32 + `", from = "a b:c" }`, asTwilio,
		`settings["from"] must be a telephone number`,
	},
	{
		connectorType, `credentials_wo = { api_kye = "x" }`, "name = \"c\"\nowner = \"o\"\ntype = \"sendgrid\"",
		"credentials_wo has a key that a connector of type sendgrid does not take (did you mean api_key?): it takes api_key",
	},
	{
		connectorType, `credentials_wo = { bot_token = "xoxp-x" }`, asConnector,
		`credentials_wo["bot_token"] must be a token that begins with xoxb- or xoxe.xoxb-`,
	},
	{
		connectorType, `credentials_wo = { url = "https://example.com/x" }`, asConnector,
		`credentials_wo["url"] must be the URL of a webhook, such as https://hooks.slack.com/services/`,
	},
	{
		connectorType, `labels = { for i in range(65) : "k${i}" => "v" }`, asConnector,
		"labels must have at most 64 entries",
	},
	{connectorType, `labels = { "" = "v" }`, asConnector, `labels has a key that is not 1 to 63 letters`},
	{
		connectorType, `labels = { k = join("", [for i in range(257) : "v"]) }`, asConnector,
		"has under k a value of more than 256 bytes",
	},
	{
		connectorType, `description = join("", [for i in range(1000) : "dd"])`, asConnector,
		"description must be at most 1024 bytes",
	},
	{
		connectorType, `allowed_scopes = ["Messages"]`, asConnector,
		`allowed_scopes has the entry "Messages", which must be a scope such as messages:send`,
	},
	{
		connectorType, `rotation_policy_id = "con_01J8Z3N6T4"`, asConnector,
		"rotation_policy_id must be the id of a rotation policy",
	},
	{connectorType, `credentials_wo = {}`, asConnector, "credentials_wo must have at least one entry"},
	{connectorType, `credentials_wo = { bot_token = "" }`, asConnector, `credentials_wo["bot_token"] must be a token`},
	{connectorType, `credentials_wo_version = 0`, asConnector, "credentials_wo_version value must be at least 1"},

	{tokenType, `name = "notifier_1"`, asToken, notAName},
	{tokenType, `owner = " team"`, asToken, "owner must be an e-mail address or a team name"},
	{tokenType, `connector_id = "pol_01J8Z3N6T4"`, asToken, "connector_id must be the id of a connector, such as con_"},
	{
		tokenType, `rotation_policy_id = "con_01J8Z3N6T4"`, asToken,
		"rotation_policy_id must be the id of a rotation policy, such as pol_",
	},
	{tokenType, `scopes = []`, asToken, "scopes set must contain at least 1"},
	{
		tokenType, `scopes = ["messages:send", "send messages"]`, asToken,
		`scopes has the entry "send messages", which must be a scope such as messages:send`,
	},
	{
		tokenType, `scopes = ["messages:*:send"]`, asToken,
		`scopes has the entry "messages:*:send", which must be a scope such as messages:send`,
	},
	{
		tokenType, `allowed_cidrs = ["192.0.2.0"]`, asToken,
		`allowed_cidrs has the entry "192.0.2.0", which must be an address range such as 192.0.2.0/24`,
	},
	{tokenType, `allowed_cidrs = ["192.0.2.1/24"]`, asToken, "did you mean 192.0.2.0/24?"},
	{tokenType, `expires_at = "next year"`, asToken, "expires_at must be a date as RFC 3339 writes it"},
	{tokenType, `expires_at = "2027-01-31"`, asToken, "expires_at must be a date as RFC 3339 writes it"},
	{tokenType, `minimum_version = 0`, asToken, "minimum_version value must be at least 1"},
	{
		tokenType, `rotate_when_changed = { incident = null }`, asToken,
		`rotate_when_changed["incident"] is null`,
	},
	{
		tokenType, ``, "name = \"t\"\nowner = \"o\"\nconnector_id = \"con_1\"\nscopes = [\"messages:send\"]",
		"Neither rotation_policy_id nor expires_at is set",
	},

	{endpointType, `name = "Orders"`, asEndpoint, notAName},
	{
		endpointType, `connector_id = "wep_01J8Z3N6T4"`, asEndpoint,
		"connector_id must be the id of a connector, such as con_",
	},
	{
		endpointType, `url = "http://hooks.example.com/quickconnect"`, asEndpoint,
		"url must start with https:// (http is only for a receiver on the platform's own machine",
	},
	{
		endpointType, `url = "http://10.0.0.7/quickconnect"`, asEndpoint,
		"url must start with https:// (http is only for a receiver on the platform's own machine",
	},
	{
		endpointType, `url = "https://shop:hunter2@hooks.example.com/"`, asEndpoint,
		"url must have no user name and no password: deliveries are signed instead",
	},
	{
		endpointType, `url = "https://hooks.example.com/#orders"`, asEndpoint,
		"url must have no fragment (#…): it is never sent",
	},
	{
		endpointType, `url = "https://hooks.example.com:99999/"`, asEndpoint,
		"url must have a port from 1 to 65535, or none",
	},
	{endpointType, `url = "https:///quickconnect"`, asEndpoint, "url must name a host"},
	{endpointType, `url = "ftp://hooks.example.com/"`, asEndpoint, "url must start with https://"},
	{endpointType, `url = "hooks.example.com"`, asEndpoint, "url must "},
	{endpointType, `url = "https://hooks.example.com/a b"`, asEndpoint, "url must have only printable ASCII characters"},
	{endpointType, `event_types = []`, asEndpoint, "event_types set must contain at least 1"},
	{
		endpointType, `event_types = ["Message Delivered"]`, asEndpoint,
		`event_types has the entry "Message Delivered", which must be an event type such as message.delivered`,
	},
	{
		endpointType, `event_types = ["quickconnect.probe"]`, asEndpoint,
		"must not be quickconnect.probe: every endpoint gets the events of that type",
	},
	{endpointType, ``, "name = \"e\"\nconnector_id = \"con_1\"", `(and only one) of [url,url_wo] is required`},

	{signingType, `owner = ""`, asSigning, "owner must be an e-mail address or a team name"},
	{
		signingType, `endpoint_id = "sec_01J8Z3N6T4"`, asSigning,
		"endpoint_id must be the id of a webhook endpoint, such as wep_",
	},
	{
		signingType, `rotation_policy_id = "con_01J8Z3N6T4"`, asSigning,
		"rotation_policy_id must be the id of a rotation policy, such as pol_",
	},
	{signingType, `algorithm = "rsa"`, asSigning, "algorithm must be hmac-sha256 or ed25519"},
	{signingType, `secret_wo = ""`, asSigning, aSigning},
	{signingType, `secret_wo = "hunter2"`, asSigning, aSigning},
	{signingType, `secret_wo = "whsec_aHVudGVyMg=="`, asSigning, aSigning},
	{signingType, `secret_wo = "whsec_${base64encode(join("", [for i in range(65) : "x"]))}"`, asSigning, aSigning},
	{signingType, `secret_wo = "whsec_${base64encode(join("", [for i in range(32) : "x"]))}\n"`, asSigning, aSigning},
	{signingType, `secret_wo = "whpk_${base64encode(join("", [for i in range(32) : "x"]))}"`, asSigning, aSigning},
	{
		signingType, `secret_wo = "whsec_${base64encode(join("", [for i in range(32) : "x"]))}"`,
		asSigning + "\nalgorithm = \"ed25519\"", "secret_wo belongs to the algorithm hmac-sha256",
	},
	{signingType, `secret_wo_version = 0`, asSigning, "secret_wo_version value must be at least 1"},
	{signingType, `minimum_version = 0`, asSigning, "minimum_version value must be at least 1"},
	{
		signingType, `rotate_when_changed = { incident = null }`, asSigning,
		`rotate_when_changed["incident"] is null`,
	},
	{
		signingType, ``, "name = \"s\"\nowner = \"o\"\nendpoint_id = \"wep_1\"",
		`The argument "rotation_policy_id" is required`,
	},
}

// hcl writes the resource so that the mistake, or the block's first line, has a mark by which it is found again.
func (b badInput) hcl(label int) string {
	header, body := fmt.Sprintf("resource %q \"r%d\" {", b.resource, label), b.rest
	if b.line == "" {
		header += " # here"
	} else {
		attribute := regexp.MustCompile(`(?m)^` + strings.Fields(b.line)[0] + ` .*\n?`)
		body = attribute.ReplaceAllString(body, "") + "\n" + b.line + " # here"
	}
	return header + "\n" + body + "\n}\n"
}

// Each mistake is an error of the plan, at its line, with the name of its attribute; nothing is sent for it, and
// nothing that is right has an error.
func TestMistakesAreErrorsOfThePlan(t *testing.T) {
	t.Parallel()
	p, tf := acctest.Start(t)
	var hcl strings.Builder
	for i, mistake := range mistakes {
		hcl.WriteString(mistake.hcl(i))
	}
	hcl.WriteString(strings.Join([]string{
		`resource "quickconnect_rotation_policy" "right" {`, asPolicy, `}`,
		`resource "quickconnect_connector" "right" {`, asConnector, `}`,
		`resource "quickconnect_scoped_token" "right" {`, asToken, `}`,
		`resource "quickconnect_webhook_endpoint" "right" {`, asEndpoint, `}`,
		`resource "quickconnect_webhook_signing_secret" "right" {`, asSigning, `}`, ``,
	}, "\n"))
	tf.Config(hcl.String())
	lines := strings.Split(hcl.String(), "\n")
	plan := tf.Plan(1)
	errors := strings.Split(plan.Output, "Error: ")[1:]
	for i, mistake := range mistakes {
		what := mistake.line
		if what == "" {
			what = "a missing argument"
		}
		found := 0
		for _, e := range errors {
			if !strings.Contains(e, fmt.Sprintf("with %s.r%d,", mistake.resource, i)) && !strings.Contains(e,
				fmt.Sprintf("in resource %q \"r%d\"", mistake.resource, i)) {
				continue
			}
			found++
			at := regexp.MustCompile(`on main\.tf line (\d+)`).FindStringSubmatch(e)
			var n int
			if at != nil {
				_, _ = fmt.Sscan(at[1], &n)
			}
			if n == 0 || !strings.HasSuffix(lines[n-1], "# here") {
				t.Errorf("%s: the error is not at its line:\n%s", what, e)
			}
			if !strings.Contains(strings.Join(strings.Fields(e), " "), mistake.says) {
				t.Errorf("%s: the error does not say %q:\n%s", what, mistake.says, e)
			}
		}
		if found != 1 {
			t.Errorf("%s (%s.r%d): %d errors, want one", what, mistake.resource, i, found)
		}
	}
	if len(errors) != len(mistakes) {
		t.Errorf("%d errors for %d mistakes", len(errors), len(mistakes))
	}
	if said := strings.Join(errors, ""); strings.Count(said, "hunter2") != strings.Count(hcl.String(), "hunter2") {
		t.Error("an error repeats a password, besides the line of the configuration that Terraform shows")
	}
	for _, r := range p.Requests() {
		if r.Path != "/v1/identity" {
			t.Errorf("%s %s was sent for a plan that is nothing but mistakes", r.Method, r.Path)
		}
	}

	// terraform validate finds them all, too, and needs no provider configuration for it.
	withoutProvider(tf)
	if n := strings.Count(tf.Run("validate").Want(1).Output, "Error: "); n != len(mistakes) {
		t.Errorf("terraform validate has %d errors, want %d", n, len(mistakes))
	}
}

func TestValidateNeedsNoProviderConfiguration(t *testing.T) {
	t.Parallel()
	_, tf := acctest.Start(t)
	tf.Config(drifting(acctest.NewSink(t)))
	withoutProvider(tf)
	tf.Run("validate").Want(0).Silent()
}

func withoutProvider(tf *acctest.CLI) {
	for _, name := range []string{"ENDPOINT", "TENANT", "ENVIRONMENT", "TOKEN"} {
		tf.Set("QUICKCONNECT_"+name, "")
	}
}
