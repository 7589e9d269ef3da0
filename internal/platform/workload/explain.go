package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// Meaning is what a reason says of a JWT, and what to do about it. The guide has a table of them.
type Meaning struct{ Reason, Says, Do string }

// Meanings returns the meaning of every reason, in the order of the checks.
func Meanings() []Meaning {
	return []Meaning{
		{ReasonTooLong, "it has more than 16 KiB", "take claims out of it"},
		{ReasonMalformed, "it is not a JWT: three parts with dots between them, of which the first two are JSON objects in " +
			"base64url", "look whether the file is empty, or has quotes, a prefix or another token"},
		{ReasonTwice, "a name is in one of its JSON objects twice", "correct what makes the JWT"},
		{ReasonIdentity, "the identity lacks a claim that its preset requires", "plan the identity: the error names it"},
		{
			ReasonType, "its header says that it is no JWT for access: typ may be JWT, JOSE or at+jwt, and cty must be absent",
			"send the JWT of the workload, not another token of the issuer",
		},
		{
			ReasonAlgorithm, "its algorithm (alg) is none of " + strings.Join(slices.Sorted(maps.Keys(algorithms)), ", "),
			"let the issuer sign with one of them",
		},
		{ReasonCritical, "its header has crit or b64", "let the issuer sign without them"},
		{ReasonOwnKey, "its header names a key of its own (jku, jwk, x5u or x5c)", "let the issuer sign without it"},
		{ReasonNoKeyID, "its header does not say which key signed it (kid)", "let the issuer write kid"},
		{ReasonIssuer, "its issuer (iss) is not that of the identity", "correct `issuer`; a slash at the end counts"},
		{ReasonUnavailable, "the keys of the issuer cannot be read", "see [An issuer in a private network]" +
			"(#an-issuer-in-a-private-network)"},
		{
			ReasonUnknownKey, "the issuer has no key with its kid for its algorithm, or more than one",
			"if the identity has `jwks`, apply the present keys of the issuer",
		},
		{ReasonSignature, "the key that it names did not sign it", "send the JWT as the issuer made it"},
		{ReasonAudience, "its audience (aud) is not that of the identity alone", "ask the issuer for that audience"},
		{ReasonSubject, "its subject (sub) is empty, or no text", "correct what makes the JWT"},
		{ReasonTime, "exp, nbf or iat is not a number of seconds since 1970", "correct what makes the JWT"},
		{ReasonNoExpiry, "it never ends: exp is missing", "let the issuer set an end"},
		{ReasonExpired, "it has ended", "take a new one just before the exchange; compare the clocks"},
		{ReasonNotYet, "it is not valid yet (nbf)", "compare the clocks of the issuer and of the platform"},
		{ReasonFuture, "it was issued in the future (iat)", "compare the clocks of the issuer and of the platform"},
		{ReasonLifetime, "it lives for longer than the preset of the identity allows", "ask the issuer for a shorter life"},
		{ReasonSSH, "its job was run again with SSH", "run the job without SSH"},
		{ReasonNoClaim, "it lacks a claim of the identity", "let the job have the claim, or correct the identity"},
		{ReasonClaim, "a claim is not what the identity wants", "run the right job, or correct the identity"},
	}
}

// Sentence says for a person what does not fit, with what the JWT has and what the identity wants. now is the moment of
// the decision.
func (r Refusal) Sentence(w *store.WorkloadIdentity, t *Token, now time.Time) string {
	switch r.Reason {
	case ReasonNoClaim:
		return fmt.Sprintf("claim %s: missing, must be %q", r.Claim, w.Claims[r.Claim])
	case ReasonClaim:
		value, _ := t.Claim(r.Claim)
		return fmt.Sprintf("claim %s: %q, must be %q", r.Claim, shortened(value), w.Claims[r.Claim])
	case ReasonIssuer:
		return differs("issuer (iss)", "iss", w.Issuer, t)
	case ReasonAudience:
		return differs("audience (aud)", "aud", w.Audience, t)
	}
	says := r.Reason
	for _, m := range Meanings() {
		if m.Reason == r.Reason {
			says += ": " + m.Says
		}
	}
	if figures := r.figures(present(w, t, now)); figures != "" {
		says += ": " + figures
	}
	return says
}

// figures are what a sentence has of this JWT.
func (r Refusal) figures(p presented) string {
	switch r.Reason {
	case ReasonType:
		return fmt.Sprintf("typ is %q", shortened(fmt.Sprint(p.token.header["typ"])))
	case ReasonAlgorithm:
		return fmt.Sprintf("alg is %q", shortened(p.token.algorithm()))
	case ReasonUnknownKey:
		kid := fmt.Sprintf("kid is %q, alg is %q", shortened(p.token.keyID()), p.token.algorithm())
		if r.Keys != "" {
			kid += "; " + r.Keys
		}
		return kid
	case ReasonExpired:
		return fmt.Sprintf("at %s, %s ago", moment(p.time("exp")), span(p.now.Sub(p.time("exp"))))
	case ReasonNotYet:
		return fmt.Sprintf("from %s on, in %s", moment(p.time("nbf")), span(p.time("nbf").Sub(p.now)))
	case ReasonFuture:
		return fmt.Sprintf("at %s, in %s", moment(p.time("iat")), span(p.time("iat").Sub(p.now)))
	case ReasonLifetime:
		return fmt.Sprintf("it ends at %s, in %s; the preset %s allows %s", moment(p.time("exp")),
			span(p.time("exp").Sub(p.now)), p.preset.Name, api.FormatDuration(p.preset.MaxLifetime))
	}
	return r.Keys
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func span(d time.Duration) string { return api.FormatDuration(d.Truncate(time.Second)) }

func differs(what, claim, want string, t *Token) string {
	value, there := t.Claim(claim)
	if !there {
		return fmt.Sprintf("%s: no single text, must be %q and nothing else", what, want)
	}
	return fmt.Sprintf("%s: %q, must be %q", what, shortened(value), want)
}

// shortened cuts what a stranger may have made long.
func shortened(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
