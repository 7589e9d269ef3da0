package keys

import (
	"crypto/rand"
	"encoding/base64"
	mathrand "math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/webhook"
)

const scanned = 10_000

// rulesOfScanner reads the expressions of the rules for gitleaks, by the prefix that each one is about. An expression
// with a group has the secret in it.
func rulesOfScanner(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	text, err := os.ReadFile("../../../examples/scanners/gitleaks.toml")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]*regexp.Regexp{}
	rule := regexp.MustCompile(`(?s)\nregex = '''(.*?)'''.*?\nkeywords = \["(.*?)"\]`)
	for _, m := range rule.FindAllStringSubmatch(string(text), -1) {
		rules[m[2]] = regexp.MustCompile(m[1])
	}
	if len(rules) != 5 {
		t.Fatalf("the file has %d rules", len(rules))
	}
	return rules
}

// found returns the secret that a rule finds in a text.
func found(rule *regexp.Regexp, text string) string {
	m := rule.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[len(m)-1]
}

// generated returns a value with a prefix, as the platform generates or accepts it.
func generated(t *testing.T, prefix string, random *Random) string {
	t.Helper()
	size := 32
	switch prefix {
	case "whsec_":
		size = 24 + mathrand.IntN(41)
		fallthrough
	case "whsk_":
		b := make([]byte, size)
		if _, err := rand.Read(b); err != nil {
			t.Fatal(err)
		}
		return prefix + base64.StdEncoding.EncodeToString(b)
	}
	value, err := NewToken(prefix, random)
	if err != nil {
		t.Fatal(err)
	}
	return value.Expose()
}

// TestScannerRules puts 10,000 values into texts in which people leak them: each is found, whole.
func TestScannerRules(t *testing.T) {
	t.Parallel()
	random := NewRandom(rand.Reader)
	texts := []string{
		"%", `token = "%"`, "TOKEN=%\n", `{"token":"%"}`, "Authorization: Bearer %\r\n", "https://x.example/?t=%&u=1",
		"'%'", "<t>%</t>",
	}
	for prefix, rule := range rulesOfScanner(t) {
		for i := range scanned / 5 {
			value := generated(t, prefix, random)
			text := strings.Replace(texts[i%len(texts)], "%", value, 1)
			if got := found(rule, text); got != value {
				t.Fatalf("%s: in %q the rule finds %q", prefix, text, got)
			}
		}
	}
}

// TestScannerRulesNearMisses changes 10,000 values so that they are secrets no more: no rule takes one for a secret.
func TestScannerRulesNearMisses(t *testing.T) {
	t.Parallel()
	random := NewRandom(rand.Reader)
	for prefix, rule := range rulesOfScanner(t) {
		for i := range scanned / 5 {
			value := generated(t, prefix, random)
			body := strings.TrimPrefix(value, prefix)
			at := 1 + mathrand.IntN(len(strings.TrimRight(body, "="))-2)
			misses := []string{
				prefix + body[:at] + body[at+1:],            // one character is missing
				prefix + body[:at] + "A" + body[at:],        // there is one too many
				prefix + body[:at] + "-" + body[at+1:],      // one is of another alphabet
				prefix + body[:at] + " " + body[at:],        // it is broken in two
				strings.Replace(prefix, "_", "-", 1) + body, // the prefix is another one
				"x" + value,    // it ends a longer word
				"whpk_" + body, // a public key
				prefix + "...", // what a log shows of it
			}
			text := misses[i%len(misses)]
			if got := found(rule, text); got != "" && !isSecret(got) {
				t.Fatalf("%s: in %q the rule takes %q for a secret", prefix, text, got)
			}
		}
	}
}

// isSecret reports whether a text is a signing secret. The first part of one that is broken in two can be one too.
func isSecret(text string) bool {
	_, err := webhook.ParseSecret(text)
	return err == nil
}
