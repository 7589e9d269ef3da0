package client

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// encodings are how a text may repeat a value.
var encodings = map[string]func(string) string{
	"clear":                          func(s string) string { return s },
	"base64":                         inBase64,
	"base64, raw and of URLs":        func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base64 of more":                 func(s string) string { return inBase64(`{"a":"` + s + `"}`) },
	"base64 in a longer run":         func(s string) string { return "/v1/x-" + inBase64(s) },
	"hex":                            inHex,
	"hex, upper case, after a digit": func(s string) string { return "7" + strings.ToUpper(inHex(s)) },
	"percent":                        url.QueryEscape,
	"percent in a path":              url.PathEscape,
	"every byte in percent":          func(s string) string { return "%" + strings.Join(chunks(inHex(s), 2), "%") },
	"unicode escapes": func(s string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		return b.String()
	},
	"hex escapes":       func(s string) string { return `\x` + strings.Join(chunks(inHex(s), 2), `\x`) },
	"quoted":            strconv.Quote,
	"JSON":              func(s string) string { b, _ := json.Marshal(s); return string(b) },
	"JSON with slashes": func(s string) string { return strings.ReplaceAll(strconv.Quote(s), "/", `\/`) },
	"base64 in percent": func(s string) string { return url.QueryEscape(inBase64(s)) },
	"hex of base64":     func(s string) string { return inHex(inBase64(s)) },
	"quoted and quoted": func(s string) string { return strconv.Quote(strconv.Quote(s)) },
}

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func inHex(s string) string { return hex.EncodeToString([]byte(s)) }

func chunks(s string, n int) (out []string) {
	for ; len(s) > 0; s = s[n:] {
		out = append(out, s[:n])
	}
	return out
}

const (
	issuedValue   = "whpk_5mUqHsn2RfZcX0/9bTk+q"
	suppliedValue = "CANARY pass/word \"quoted\" + 7%\n"
	suppliedLines = "-----BEGIN KEY-----\nCANARY \"second\" line\nshort\n-----END KEY-----\n"
)

// Whatever a text does to a value, it is withheld: to one in the form of our tokens, to a part of one that was issued
// in this run, to a supplied one and to a line of it.
func TestTextsThatRepeatSecrets(t *testing.T) {
	k := knowing(suppliedValue, suppliedLines, "hunter2")
	k.issued(issuedValue)
	for what, value := range map[string]string{
		"a scoped token":         "qct_3kFp9ZxQm1TsVb7YwLd0RgHc5NjKe2Aa",
		"an access token, cut":   "qca_3kFp9Z",
		"a principal's token":    "qcp_3kFp9ZxQm1TsVb7YwLd0RgHc5NjKe2Aa",
		"a signing secret":       "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
		"a private key":          "whsk_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
		"an issued value":        issuedValue,
		"a part of one":          issuedValue[6:18],
		"a supplied value":       suppliedValue,
		"one without its end":    strings.TrimSpace(suppliedValue),
		"a line":                 `CANARY "second" line`,
		"a short supplied value": "hunter2",
	} {
		for how, encode := range encodings {
			if got := k.clean("refused: " + encode(value) + " is no value"); got != withheld {
				t.Errorf("%s, %s: %s", what, how, got)
			}
		}
	}
}

func TestTextsThatRepeatNoSecret(t *testing.T) {
	k := knowing("abc", "short\nlines\n", suppliedValue)
	k.issued(issuedValue)
	for _, text := range []string{
		"send the token of a principal as Authorization: Bearer qcp_…",
		"the value must be whsec_ and 24 to 64 bytes in standard base64",
		"policy pol_01ARZ3NDEKTSV4RRFFQ69G5FAV is 100% unknown; see /v1/rotation-policies, abc, line 1",
		"a part of one: " + issuedValue[6:17],
		`the name "mail" \u is taken %zz`,
	} {
		if got := k.clean(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := (*known)(nil).clean("connection refused"); got != "connection refused" {
		t.Errorf("a run that knows nothing: %q", got)
	}
	if got := k.clean("a\x1b[31mb\nc"); got != "a [31mb c" {
		t.Errorf("control characters: %q", got)
	}
	if got := k.clean(strings.Repeat("long ", 300)); len(got) > maxDetail+8 || !strings.HasSuffix(got, "…") {
		t.Errorf("a long text has %d bytes", len(got))
	}
	if got := k.clean(strings.Repeat("long ", 2000)); !strings.HasPrefix(got, "(text withheld") {
		t.Errorf("a text that is too long to search is printed: %d bytes", len(got))
	}
}

// An answer to one request may repeat what another one was sent or was told.
func TestSecretsOfOtherRequestsAreWithheld(t *testing.T) {
	const revealed = "5mUqHsn2RfZcX0abcdefgh"
	says := func(text string) http.HandlerFunc {
		return problem(api.CodeInvalid, func(p *api.Problem) { p.Detail, p.Field = text, "/"+text })
	}
	s := serve(t,
		respondJSON(aConnector()),
		respondJSON(map[string]any{"version": 3, "value": revealed}),
		says("refused "+canaryCredential), says("refused "+revealed[5:18]), says("refused nothing"))
	c := newClient(t, s.URL, nil).For(here())
	if _, err := c.Connectors().Create(t.Context(), withCredential); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ScopedTokens().Reveal(t.Context(), "tok_01", 3); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := c.ScopedTokens().Get(t.Context(), "tok_01")
		if text := err.Error(); strings.Contains(text, "CANARY") || strings.Contains(text, revealed[5:18]) ||
			!strings.Contains(text, withheld) {
			t.Errorf("got %s", text)
		}
	}
	if _, err := c.ScopedTokens().Get(t.Context(), "tok_01"); !strings.Contains(err.Error(), "refused nothing") {
		t.Errorf("got %v", err)
	}
}

// What has no fixed form, and what is not from the platform, is not printed at all.
func TestOnlyFixedFormsArePrinted(t *testing.T) {
	const id = "req_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	odd := func(p *api.Problem) { p.Detail, p.Field, p.RequestID = "CANARY", "/CANARY", "CANARY" }
	for name, step := range map[string]http.HandlerFunc{
		"a request id of another form": withHeader("X-Request-Id", "CANARY",
			problem(api.CodeInvalid, func(p *api.Problem) { p.RequestID = "req_CANARY" })),
		"a foreign type": problem(api.CodeInvalid, odd, func(p *api.Problem) { p.Type = "https://CANARY.example" }),
		"no header":      withHeader("X-Request-Id", "CANARY", from("", problem(api.CodeInvalid, odd))),
		"a code that is not on the list": problem(api.CodeInvalid, func(p *api.Problem) {
			p.Code, p.Type = "canary_CANARY", api.ProblemTypePrefix+"canary_CANARY"
		}),
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, serve(t, step).URL, nil)
			_, err := c.ScopedTokens().Get(t.Context(), "tok_01")
			if err == nil {
				t.Fatal("no error")
			}
			assertNoCanary(t, "the error", fmt.Sprintf("%v %+v", err, c.events))
		})
	}
	shown := withHeader("X-Request-Id", id, problem(api.CodeInvalid, func(p *api.Problem) { p.RequestID = "" }))
	_, err := newClient(t, serve(t, shown).URL, nil).ScopedTokens().Get(t.Context(), "tok_01")
	if err == nil || !strings.Contains(err.Error(), id) {
		t.Errorf("got %v", err)
	}
	s := serve(t, withHeader("X-Request-Id", id, from("", html(502))))
	_, err = newClient(t, s.URL, func(c *Config) { c.MaxRetries = 0 }).Connectors().Get(t.Context(), connectorID)
	if err == nil || strings.Contains(err.Error(), id) {
		t.Errorf("the id of a proxy: %v", err)
	}
}

func TestFormRequestsAreKnownToo(t *testing.T) {
	s := serve(t, problem(api.CodeInvalid), problem(api.CodeInvalid, func(p *api.Problem) { p.Detail = canaryCredential }))
	c := newClient(t, s.URL, nil)
	_, _ = c.RevokeValue(t.Context(), secret.New(canaryCredential))
	_, err := c.Connectors().Get(t.Context(), connectorID)
	assertNoCanary(t, "the error", fmt.Sprint(err))
}
