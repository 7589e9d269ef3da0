package webhookendpoint_test

import (
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/acctest"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/tftest"
)

const (
	urlOne = "https://hooks.example.com/services/CANARY-one"
	urlTwo = "https://hooks.example.com/services/CANARY-two"
)

func secretURL(url any) tftest.Config { return base().With("url", nil).With("url_wo", url) }

// sent runs a plan that must change something, with the configuration of the apply where it differs, and fails unless
// the request has these members with a value. The plan after it is clean.
func (s *scene) sent(planned, applied tftest.Config, members ...string) tftest.Plan {
	s.t.Helper()
	s.ForgetRequests()
	p := s.tf.Plan(planned)
	if !p.Changes || p.Replaces {
		s.t.Fatalf("changes: %v, replaces: %v", p.Changes, p.Replaces)
	}
	for _, text := range []string{p.Diags.Warnings(), p.Diags.Errors()} {
		if strings.Contains(text, "CANARY") {
			s.t.Errorf("a message has the value: %s", text)
		}
	}
	s.tf.Keep(p, applied)
	got := map[string]any{}
	for _, r := range s.Writes() {
		got = r.Fields()
	}
	for _, member := range members {
		if got[member] == nil {
			s.t.Errorf("%s was not sent: %d members", member, len(got))
		}
	}
	if len(members) == 0 {
		for _, member := range []string{"secret_url", "headers", "client_key"} {
			if got[member] != nil {
				s.t.Errorf("%s was sent", member)
			}
		}
	}
	return p
}

// A secret URL is compared, sent where either side changed, and never shown.
func TestSecretURLIsSentWhereItDiffers(t *testing.T) {
	s := created(t, secretURL(urlOne))
	s.tf.Expect(s.tf.State, "url=<null>", "url_wo=<null>", "url_host=hooks.example.com", "url_wo_version=<null>")
	tftest.Silent(t, s.tf, secretURL(urlOne))
	p := s.sent(secretURL(urlTwo), nil, "secret_url")
	tftest.Says(t, p.Diags.Warnings(), `AttributeName("url_wo")`, "url_wo will be sent", "changed since the last apply")
	s.tf.Expect(p.Planned, "url_digest=<unknown>", "url_host=<unknown>", "headers_digest=<null>")
	tftest.Silent(t, s.tf, secretURL(urlTwo))

	s.patch(map[string]any{"secret_url": urlOne})
	p = s.sent(secretURL(urlTwo), nil, "secret_url")
	tftest.Says(t, p.Diags.Warnings(), "changed on the platform")
	tftest.Silent(t, s.tf, secretURL(urlTwo))
	s.patch(map[string]any{"url": "https://elsewhere.example.com/"})
	s.sent(secretURL(urlTwo), nil, "secret_url")
	tftest.Silent(t, s.tf, secretURL(urlTwo))
	// The value that is configured at the apply counts.
	s.sent(secretURL(urlOne), secretURL(urlTwo))
	tftest.Silent(t, s.tf, secretURL(urlTwo))
	s.sent(secretURL(urlTwo).With("description", "d"), secretURL(urlOne).With("description", "d"), "secret_url")
	tftest.Silent(t, s.tf, secretURL(urlOne).With("description", "d"))
	if text := s.tf.State.String(); strings.Contains(text, "CANARY") {
		t.Error("the state has the URL")
	}
}

// A value that is made anew on every run has a number: every plan is clean until the number changes.
func TestGeneratedURLConverges(t *testing.T) {
	numbered := func(url string, n int) tftest.Config { return secretURL(url).With("url_wo_version", n) }
	s := created(t, numbered(urlOne, 1))
	tftest.Silent(t, s.tf, numbered(urlTwo, 1))
	s.sent(numbered(urlOne, 1).With("description", "d"), numbered(urlTwo, 1).With("description", "d"))
	tftest.Silent(t, s.tf, numbered(urlOne, 1).With("description", "d"))
	s.sent(numbered(urlOne, 2), numbered(urlTwo, 2), "secret_url")
	tftest.Silent(t, s.tf, numbered(urlOne, 2))
	tftest.Says(t, s.sent(numbered(urlOne, 1), nil, "secret_url").Diags.Warnings(), "lower than at the last apply")
	s.patch(map[string]any{"secret_url": urlTwo + "/theirs"})
	s.sent(numbered(urlOne, 1), numbered(urlTwo, 1), "secret_url")
	tftest.Silent(t, s.tf, numbered(urlOne, 1))

	// Without a number such a value differs every time, and no apply is inconsistent.
	s.sent(secretURL(urlOne), secretURL(urlTwo))
	s.sent(secretURL(urlOne+"/3"), secretURL(urlTwo+"/4"), "secret_url")
}

func TestURLBecomesSecretAndPlain(t *testing.T) {
	s := created(t, base())
	s.sent(secretURL(urlOne), nil, "secret_url")
	tftest.Silent(t, s.tf, secretURL(urlOne))
	p := s.sent(base(), nil)
	s.tf.Expect(p.Planned, "url=https://hooks.example.com/orders", "url_host=hooks.example.com", "url_digest=<null>")
	tftest.Silent(t, s.tf, base())
	for name, c := range map[string]tftest.Config{
		"both": base().With("url_wo", urlOne), "none": base().With("url", nil),
	} {
		if p := s.tf.Plan(c); p.Diags.Errors() == "" || strings.Contains(p.Diags.Errors(), "CANARY") {
			t.Errorf("%s: %s", name, p.Diags.Errors())
		}
	}
	p = s.tf.Plan(secretURL(tftest.Unknown))
	s.tf.Expect(p.Planned, "url_digest=<unknown>")
	s.tf.Keep(p, secretURL(urlOne))
	tftest.Silent(t, s.tf, secretURL(urlOne))
}

// An edit of an endpoint without secrets says nothing of them.
func TestEditWithoutSecretsIsQuiet(t *testing.T) {
	s := created(t, base())
	p := s.sent(base().With("description", "d").With("rate_limit_per_second", 5), nil)
	s.tf.Expect(p.Planned, "url_host=hooks.example.com", "url_digest=<null>", "headers_digest=<null>",
		"client_key_digest=<null>", "rate_limit_per_second=5")
	if w := p.Diags.Warnings(); w != "" {
		t.Error(w)
	}
	tftest.Silent(t, s.tf, base().With("description", "d").With("rate_limit_per_second", 5))
}

func TestHeaders(t *testing.T) {
	with := func(headers any) tftest.Config { return base().With("headers_wo", headers) }
	one, two := map[string]any{"X-Api-Key": "CANARY-one"}, map[string]any{"X-Api-Key": "CANARY-two", "X-More": "CANARY"}
	s := created(t, with(one))
	tftest.Silent(t, s.tf, with(one))
	s.sent(with(two), nil, "headers")
	tftest.Silent(t, s.tf, with(two))
	// Removing the argument leaves the headers, an empty map removes them.
	tftest.Silent(t, s.tf, base())
	p := s.sent(with(map[string]any{}), nil, "headers")
	tftest.Says(t, p.Diags.Warnings(), "Headers will be removed")
	s.tf.Expect(s.tf.State, "headers_digest=<null>")
	tftest.Silent(t, s.tf, with(map[string]any{}))
	s.sent(with(one), with(two), "headers")
	tftest.Silent(t, s.tf, with(two))
	s.sent(with(map[string]any{}), with(two))
	tftest.Silent(t, s.tf, with(two))
	// One value differs in the plan, and another one only in the apply.
	both := func(url string, headers any) tftest.Config { return secretURL(url).With("headers_wo", headers) }
	s.sent(both(urlOne, two), nil, "secret_url")
	s.sent(both(urlTwo, two), both(urlTwo, one), "secret_url", "headers")
	s.sent(both(urlTwo, two), both(urlOne, one), "secret_url")
	s.sent(both(urlOne, two), nil, "headers")
	s.sent(with(two), nil)
	if s.object().HeadersDigest == nil {
		t.Error("the headers were removed, although the apply configured some")
	}
	for _, name := range []string{"webhook-signature", "Host", "transfer-encoding"} {
		p := s.tf.Plan(with(map[string]any{name: "CANARY"}))
		tftest.Says(t, p.Diags.Errors(), name)
		if strings.Contains(p.Diags.Errors(), "CANARY") {
			t.Error(p.Diags.Errors())
		}
	}
}

func TestImportOfSecretURL(t *testing.T) {
	s := created(t, secretURL(urlOne).With("headers_wo", map[string]any{"X-Api-Key": "CANARY"}))
	c := secretURL(urlOne).With("headers_wo", map[string]any{"X-Api-Key": "CANARY"})
	tf := s.Terraform(api.WebhookEndpoints.Terraform)
	tftest.Must(t, tf.Import("orders"))
	tftest.Silent(t, tf, c)
	// A value that differs is sent.
	tf = s.Terraform(api.WebhookEndpoints.Terraform)
	tftest.Must(t, tf.Import("orders"))
	p := tf.Plan(c.With("url_wo", urlTwo))
	tftest.Says(t, p.Diags.Warnings(), "no earlier apply tells")
	tf.Keep(p, nil)
	tftest.Silent(t, tf, c.With("url_wo", urlTwo))
	// The first number is adopted.
	tf = s.Terraform(api.WebhookEndpoints.Terraform)
	tftest.Must(t, tf.Import("orders"))
	numbered := c.With("url_wo_version", 7)
	p = tf.Plan(numbered)
	tftest.Says(t, p.Diags.Warnings(), "is NOT sent")
	s.ForgetRequests()
	tf.Keep(p, nil)
	s.patched(map[string]any{"url_wo_version": float64(7)})
	tftest.Silent(t, tf, numbered)
}

func TestClientCertificate(t *testing.T) {
	first, second := acctest.NewKeyPair(t), acctest.NewKeyPair(t)
	with := func(p acctest.KeyPair) tftest.Config {
		return base().With("client_certificate", p.Certificate).With("client_key_wo", p.Key)
	}
	s := created(t, with(first).With("ca_certificate", first.Certificate))
	tftest.Silent(t, s.tf, with(first).With("ca_certificate", first.Certificate))
	s.sent(with(second), nil, "client_certificate", "client_key")
	tftest.Silent(t, s.tf, with(second))
	p := s.sent(base(), nil)
	s.tf.Expect(p.Planned, "client_key_digest=<null>", "client_certificate=<null>")
	tftest.Silent(t, s.tf, base())
	for name, c := range map[string]tftest.Config{
		"a key alone": base().With("client_key_wo", first.Key), "no key": base().With("client_key_wo", "CANARY"),
		"a key as certificate": base().With("client_certificate", first.Key),
	} {
		if p := s.tf.Plan(c); p.Diags.Errors() == "" || strings.Contains(p.Diags.Errors(), "CANARY") {
			t.Errorf("%s: %s", name, p.Diags.Errors())
		}
	}
}

// What ignore_changes names is not sent, whatever else changes.
func TestIgnoredHeadersAreNotSent(t *testing.T) {
	with := func(key, url string) tftest.Config {
		return secretURL(url).With("headers_wo", map[string]any{"X-Api-Key": key})
	}
	s := created(t, with("CANARY-one", urlOne))
	edited := with("CANARY-two", urlTwo)
	p := s.tf.Plan(edited.With("headers_wo", nil))
	tftest.Must(t, s.tf.ApplyIgnoring(p, edited))
	s.patched(map[string]any{"secret_url": urlTwo})
	// What is not ignored any more is sent.
	s.sent(edited, nil, "headers")
	tftest.Silent(t, s.tf, edited)
}
