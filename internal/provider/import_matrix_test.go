package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

// option is an optional attribute that is set.
type option struct {
	value any
	// member is what the API calls it, where that is another name: of a write-only argument.
	member string
	// needs are the options without which this one is refused.
	needs []string
}

// optionsOf has every optional attribute of a kind.
type optionsOf struct {
	kind
	options map[string]option
	// either lists options of which one excludes the others; required ones of which one has to be there.
	either, required [][]string
}

func optionsOfEveryKind(t *testing.T) map[string]optionsOf {
	t.Helper()
	ids, pair := acctest.TheFixture(), acctest.NewKeyPair(t)
	text := func(v any, needs ...string) option { return option{value: v, needs: needs} }
	secret := func(member string, v any, needs ...string) option { return option{v, member, needs} }
	with := func(own map[string]option) map[string]option {
		own["name"], own["name_prefix"] = text("set by each case"), text("o-")
		own["description"], own["labels"] = text("What it is for"), text(tftest.Triggers("team", "a"))
		return own
	}
	rotated := func(own map[string]option) map[string]option {
		own["rotate_when_changed"] = text(tftest.Triggers("incident", "7"))
		own["minimum_version"], own["deletion_protection"] = text(4), text(true)
		own["certified_until"] = text("2027-01-31T12:00:00+01:00")
		return with(own)
	}
	either := func(more ...[]string) [][]string { return append([][]string{{"name", "name_prefix"}}, more...) }
	every := everyKind()
	return map[string]optionsOf{
		"rotation policy": {every["rotation policy"], with(map[string]option{
			"overlap": text("90m"), "max_stage": text("3d"), "max_age": text("120d"), "quiet_period": text("1h"),
			"require_acknowledgement": text(false), "on_stage_timeout": text("promote"),
		}), either(), either()},
		"connector": {every["connector"], with(map[string]option{
			"settings": text(tftest.Triggers("region", "eu")), "allowed_scopes": text([]string{"messages:send"}),
			"enabled": text(false), "rotation_policy_id": text(ids.Policies[0]),
			"credentials_wo":         secret("credentials", tftest.Triggers("api_key", "CANARY")),
			"credentials_wo_version": text(3), "credentials_expire_at": text("2027-01-31T12:00:00Z"),
			"certified_until": text("2027-01-31T12:00:00+01:00"),
		}), either(), either()},
		"webhook endpoint": {every["webhook endpoint"], with(map[string]option{
			"url": text("https://hooks.example.com/orders"), "event_types": text([]string{"message.delivered"}),
			"enabled": text(false), "rate_limit_per_second": text(5), "ca_certificate": text(pair.Certificate),
			"url_wo":         secret("secret_url", "https://hooks.example.com/CANARY"),
			"url_wo_version": text(2, "url_wo"), "headers_wo": secret("headers", tftest.Triggers("X-Key", "CANARY")),
			"headers_wo_version": text(2, "headers_wo"), "client_certificate": text(pair.Certificate, "client_key_wo"),
			"client_key_wo":         secret("client_key", pair.Key, "client_certificate"),
			"client_key_wo_version": text(2, "client_key_wo"),
		}), either([]string{"url", "url_wo"}), either([]string{"url", "url_wo"})},
		"scoped token": {every["scoped token"], rotated(map[string]option{
			"allowed_cidrs": text([]string{"192.0.2.0/24"}), "expires_at": text("2027-01-31T12:00:00Z"),
			"rotation_policy_id": text(ids.Policies[0]), "rate_limit_per_minute": text(600),
			"unused_expiry": text("90d"),
		}), either(), either([]string{"rotation_policy_id", "expires_at"})},
		"signing secret": {every["signing secret"], rotated(map[string]option{
			"algorithm":         text(api.AlgorithmEd25519),
			"secret_wo":         secret("secret", "whsec_"+strings.Repeat("YWJj", 8)),
			"secret_wo_version": text(3, "secret_wo"),
		}), either([]string{"algorithm", "secret_wo"}), either()},
		"workload identity": {every["workload identity"], with(map[string]option{
			"issuer": text("https://github.example.com/_services/token"), "max_ttl": text("300s"),
			"allowed_cidrs": text([]string{"192.0.2.0/24"}), "jwks": text(acctest.JWKS(t)),
		}), either(), either()},
	}
}

// choose completes a choice of options so that a configuration of them is valid.
func (o optionsOf) choose(wanted ...string) []string {
	chosen := slices.Clone(wanted)
	for _, group := range o.required {
		if !slices.ContainsFunc(group, func(name string) bool { return slices.Contains(chosen, name) }) {
			chosen = append(chosen, group[0])
		}
	}
	for i := 0; i < len(chosen); i++ {
		for _, need := range o.options[chosen[i]].needs {
			if !slices.Contains(chosen, need) {
				chosen = append(chosen, need)
			}
		}
	}
	for _, group := range o.either {
		first := slices.IndexFunc(chosen, func(name string) bool { return slices.Contains(group, name) })
		for _, other := range group {
			if first >= 0 && other != chosen[first] {
				chosen = o.without(chosen, other)
			}
		}
	}
	slices.Sort(chosen)
	return chosen
}

// without removes an option, and those that need it.
func (o optionsOf) without(chosen []string, gone string) (left []string) {
	for _, name := range chosen {
		if name != gone && !slices.Contains(o.options[name].needs, gone) {
			left = append(left, name)
		}
	}
	return left
}

// choices are the cases: nothing, each option alone, all of them, all but each, each beside all others that it allows.
func (o optionsOf) choices() map[string][]string {
	all := slices.Sorted(maps.Keys(o.options))
	out := map[string][]string{}
	add := func(chosen []string) { out[strings.Join(chosen, " ")] = chosen }
	add(o.choose())
	for _, name := range all {
		add(o.choose(name))
		add(o.choose(append([]string{name}, all...)...))
		add(o.choose(o.without(all, name)...))
	}
	for _, group := range o.either {
		slices.Reverse(group)
	}
	for _, name := range all {
		add(o.choose(o.without(all, name)...))
	}
	return out
}

// body is what the API takes for a choice, and config what a configuration says of it.
func (o optionsOf) body(name string, chosen []string) (body map[string]any, config tftest.Config) {
	body, config = map[string]any{}, tftest.Config{}
	for attribute, v := range o.config {
		if _, optional := o.options[attribute]; !optional {
			body[attribute], config[attribute] = v, v
		}
	}
	for _, attribute := range chosen {
		of := o.options[attribute]
		config[attribute] = of.value
		switch {
		case attribute == "name":
			config["name"] = name
		case attribute == "name_prefix":
		case of.member != "":
			body[of.member] = of.value
		default:
			body[attribute] = of.value
		}
	}
	body["name"] = name
	return body, config
}

// An import of what the API made needs no secret, and the first plan is empty, whatever optional attributes are set:
// by id and by identity in turn. The secrets are configured or not. The cases come from the schema: an attribute that
// has no value above fails.
func TestImportMatrix(t *testing.T) {
	t.Parallel()
	for name, o := range optionsOfEveryKind(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.StartFixture(t)
			s := &scene{p, t, p.Terraform(o.Terraform), nil}
			if o.Kind == api.Connectors { // every platform makes its own
				o.options["consent_id"] = option{value: p.Consenter().Grants("messages:send")}
			}
			if got, want := slices.Sorted(maps.Keys(o.options)), s.tf.Optional(); !equalSorted(got, want) {
				t.Fatalf("the optional attributes are %q, and the matrix has %q", want, got)
			}
			n := 0
			for what, chosen := range o.choices() {
				n++
				s.importsWithoutAChange(o, what, fmt.Sprintf("o-%d", n), chosen)
			}
			t.Logf("%d cases", n)
		})
	}
}

func equalSorted(a, b []string) bool {
	slices.Sort(b)
	return slices.Equal(a, b)
}

// byHand creates an object over the API and returns its id.
func (s *scene) byHand(path string, body map[string]any) string {
	s.t.Helper()
	var made api.Object
	s.As(api.RoleDeployer).Create(path, body).Want(http.StatusCreated).Decode(&made)
	return made.ID
}

func (s *scene) importsWithoutAChange(o optionsOf, what, name string, chosen []string) {
	s.t.Helper()
	body, config := o.body(name, chosen)
	if o.Kind == api.SigningSecrets { // an endpoint has 8 of them at most
		endpoint := map[string]any{
			"name": name, "connector_id": acctest.TheFixture().Connectors[0], "url": "https://hooks.example.com/x",
		}
		body["endpoint_id"] = s.byHand(api.KindWebhookEndpoints, endpoint)
		config["endpoint_id"] = body["endpoint_id"]
	}
	id := s.byHand(o.Path, body)
	unsupplied := maps.Clone(config)
	for attribute, of := range o.options {
		if of.member != "" {
			delete(unsupplied, attribute)
		}
	}
	s.ForgetRequests()
	for i, c := range []tftest.Config{config, unsupplied} {
		if o.Kind == api.WebhookEndpoints && i == 1 {
			c = withoutSecretURL(c, config)
		}
		tf := *s.tf
		var d tftest.Diags
		if i == 0 {
			d = tf.Import(id)
		} else {
			d = tf.ImportIdentity(tftest.Config{"id": id})
		}
		plan := tf.PlanOnly(c)
		if errs := d.Errors() + plan.Diags.Errors(); errs != "" || plan.Changes {
			s.t.Errorf("%s (secrets configured: %v): %s\nhas   %s\nplans %s", what, i == 0, errs, tf.State, plan.Planned)
		}
	}
	if w := s.Writes(); len(w) > 0 {
		s.t.Errorf("%s: the platform was asked to change something: %v", what, w)
	}
}

// withoutSecretURL keeps url_wo, one of which and url every endpoint must have, and client_key_wo's certificate.
func withoutSecretURL(c, config tftest.Config) tftest.Config {
	if url, ok := config["url_wo"]; ok {
		return c.With("url_wo", url)
	}
	return c
}
