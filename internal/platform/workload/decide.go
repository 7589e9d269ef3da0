package workload

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
)

// leeway is how far the clocks of the platform and of an issuer may be apart.
const leeway = time.Minute

// Reasons why an identity does not take a JWT, as the audit trail names them.
const (
	ReasonTooLong     = "too_long"
	ReasonMalformed   = "malformed"
	ReasonTwice       = "member_twice"
	ReasonIdentity    = "identity_incomplete" // its preset requires more of it than when it was written
	ReasonType        = "token_type"
	ReasonAlgorithm   = "algorithm"
	ReasonCritical    = "critical_header"
	ReasonOwnKey      = "names_its_own_key"
	ReasonNoKeyID     = "no_key_id"
	ReasonIssuer      = "issuer"
	ReasonUnavailable = "keys_unavailable"
	ReasonUnknownKey  = "unknown_key"
	ReasonSignature   = "signature"
	ReasonAudience    = "audience"
	ReasonSubject     = "subject"
	ReasonTime        = "malformed_time"
	ReasonNoExpiry    = "no_expiry"
	ReasonExpired     = "expired"
	ReasonNotYet      = "not_yet_valid"
	ReasonFuture      = "issued_in_the_future"
	ReasonLifetime    = "lives_too_long"
	ReasonSSH         = "ssh_rerun"
	ReasonNoClaim     = "claim_missing"
	ReasonClaim       = "claim_differs"
)

// Refusal says why an identity does not take a JWT. The zero value says that it does.
type Refusal struct {
	Reason string // one of the constants; empty: it takes the JWT
	Claim  string // the path of the claim that is missing or differs; empty where no claim of the identity does
	Keys   string // why the keys of the issuer are not known; empty where they are
}

// presented is what a rule looks at.
type presented struct {
	identity *store.WorkloadIdentity
	preset   api.Preset
	token    *Token
	now      time.Time
}

// rule is one thing that a JWT must be.
type rule struct {
	reason string
	fits   func(p presented) bool
}

// beforeSignature are checked first: they say whose keys count, and that the token may be verified with them.
var beforeSignature = []rule{
	{ReasonIdentity, identityComplete},
	{ReasonType, typeFits},
	{ReasonAlgorithm, algorithmFits},
	{ReasonCritical, headerWithout("crit", "b64")},
	{ReasonOwnKey, headerWithout("jku", "jwk", "x5u", "x5c")},
	{ReasonNoKeyID, func(p presented) bool { return p.token.keyID() != "" }},
	{ReasonIssuer, issuerFits},
}

// signedByIssuer are those of them that hold for every JWT of an issuer. Its type is for the caller to decide.
var signedByIssuer = []rule{
	{ReasonType, func(p presented) bool { _, nested := p.token.header["cty"]; return !nested }},
	{ReasonAlgorithm, algorithmFits},
	{ReasonCritical, headerWithout("crit", "b64")},
	{ReasonOwnKey, headerWithout("jku", "jwk", "x5u", "x5c")},
	{ReasonNoKeyID, func(p presented) bool { return p.token.keyID() != "" }},
	{ReasonIssuer, issuerFits},
}

// afterSignature are checked of what the issuer has signed.
var afterSignature = []rule{
	{ReasonAudience, audienceFits},
	{ReasonSubject, subjectFits},
	{ReasonTime, timesReadable},
	{ReasonNoExpiry, func(p presented) bool { return p.has("exp") }},
	{ReasonExpired, func(p presented) bool { return p.now.Before(p.time("exp").Add(leeway)) }},
	{ReasonNotYet, func(p presented) bool { return !p.has("nbf") || !p.time("nbf").After(p.now.Add(leeway)) }},
	{ReasonFuture, func(p presented) bool { return !p.has("iat") || !p.time("iat").After(p.now.Add(leeway)) }},
	{ReasonLifetime, func(p presented) bool { return !p.time("exp").After(p.now.Add(p.preset.MaxLifetime + leeway)) }},
	{ReasonSSH, noSSH},
}

// Decide says why an identity does not take a JWT, or that it does if its issuer has signed it. It has no I/O.
func Decide(w *store.WorkloadIdentity, t *Token, now time.Time) Refusal {
	if r := decideKey(w, t, now); r.Reason != "" {
		return r
	}
	return decideClaims(w, t, now)
}

// decideKey says why a JWT is not even verified.
func decideKey(w *store.WorkloadIdentity, t *Token, now time.Time) Refusal {
	if t.refused != "" {
		return Refusal{Reason: t.refused}
	}
	return first(beforeSignature, present(w, t, now))
}

// decideClaims says why a JWT with a good signature is not taken.
func decideClaims(w *store.WorkloadIdentity, t *Token, now time.Time) Refusal {
	if r := first(afterSignature, present(w, t, now)); r.Reason != "" {
		return r
	}
	if unfit := unfitClaims(w, t); len(unfit) > 0 {
		return unfit[0]
	}
	return Refusal{}
}

// unfitClaims says which claims of an identity a JWT does not have, or has otherwise.
func unfitClaims(w *store.WorkloadIdentity, t *Token) (out []Refusal) {
	for _, path := range slices.Sorted(maps.Keys(w.Claims)) {
		value, there := t.Claim(path)
		switch {
		case !there:
			out = append(out, Refusal{Reason: ReasonNoClaim, Claim: path})
		case !api.ClaimFits(w.Claims[path], value):
			out = append(out, Refusal{Reason: ReasonClaim, Claim: path})
		}
	}
	return out
}

func present(w *store.WorkloadIdentity, t *Token, now time.Time) presented {
	preset, _ := api.PresetOf(w.Preset) // identityComplete refuses an unknown one
	return presented{w, preset, t, now}
}

func first(rules []rule, p presented) Refusal {
	for _, c := range rules {
		if !c.fits(p) {
			return Refusal{Reason: c.reason}
		}
	}
	return Refusal{}
}

// identityComplete: an identity that an older build wrote may lack a claim that its preset requires now.
func identityComplete(p presented) bool {
	w := p.identity
	_, known := api.PresetOf(w.Preset)
	return known && w.Claims != nil && len(api.CheckWorkloadIdentity(w.Preset, w.Issuer, w.Claims)) == 0
}

// typeFits: tokens of a kind that says what else it is for, such as a logout token, are not for an exchange. Neither is
// one token inside another.
func typeFits(p presented) bool {
	if _, nested := p.token.header["cty"]; nested {
		return false
	}
	typ, there := p.token.header["typ"]
	if !there {
		return true
	}
	text, _ := typ.(string)
	return slices.Contains([]string{"jwt", "jose", "at+jwt"}, strings.TrimPrefix(strings.ToLower(text), "application/"))
}

func algorithmFits(p presented) bool {
	_, known := algorithms[p.token.algorithm()]
	return known
}

func headerWithout(names ...string) func(presented) bool {
	return func(p presented) bool {
		return !slices.ContainsFunc(names, func(name string) bool { _, there := p.token.header[name]; return there })
	}
}

func issuerFits(p presented) bool {
	issuer, there := p.token.claims["iss"]
	return issuer == p.identity.Issuer || !there && p.preset.IssuerOptional
}

func audienceFits(p presented) bool {
	audience := p.token.claims["aud"]
	if list, ok := audience.([]any); ok {
		return len(list) == 1 && list[0] == p.identity.Audience
	}
	return audience == p.identity.Audience
}

func subjectFits(p presented) bool {
	subject, there := p.token.claims["sub"]
	text, ok := subject.(string)
	return !there || ok && strings.TrimSpace(text) != ""
}

// timesReadable also keeps times out that are too far away to be compared.
func timesReadable(p presented) bool {
	const furthest = 1 << 40
	for _, name := range []string{"exp", "nbf", "iat"} {
		value, there := p.token.claims[name]
		if !there {
			continue
		}
		number, _ := value.(json.Number)
		seconds, err := number.Float64()
		if err != nil || seconds < 0 || seconds > furthest {
			return false
		}
	}
	return true
}

func noSSH(p presented) bool {
	value, there := p.token.Claim(api.ClaimCircleCISSH)
	return p.preset.Name != api.PresetCircleCI || !there || value == "false"
}

func (p presented) has(name string) bool {
	_, there := p.token.claims[name]
	return there
}

// time returns a time that timesReadable has checked.
func (p presented) time(name string) time.Time {
	number, _ := p.token.claims[name].(json.Number)
	seconds, _ := number.Float64()
	return time.Unix(int64(seconds), 0)
}

// Claim returns the text of a claim: of a number and of a boolean, as the token has it. Objects and lists have none.
func (t *Token) Claim(path string) (text string, there bool) { return api.ClaimAt(t.claims, path) }

// Claims returns the claims as JSON has them; numbers as json.Number. Nothing of them is verified.
func (t *Token) Claims() map[string]any { return t.claims }

// Type returns the type that the header names, in lower case and without application/; empty for none.
func (t *Token) Type() string {
	text, _ := t.header["typ"].(string)
	return strings.TrimPrefix(strings.ToLower(text), "application/")
}

func (t *Token) algorithm() string {
	algorithm, _ := t.header["alg"].(string)
	return algorithm
}

func (t *Token) keyID() string {
	id, _ := t.header["kid"].(string)
	return id
}
