package people

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// leeway is how far the clocks of the platform and of an issuer may be apart.
const leeway = time.Minute

// Reasons why a sign-in is refused, as the log and the audit trail name them.
const (
	ReasonType     = "token_type"
	ReasonIssuer   = "issuer"
	ReasonAudience = "audience"
	ReasonParty    = "authorized_party"
	ReasonExpired  = "expired"
	ReasonIssued   = "issued_at"
	ReasonNonce    = "nonce"
	ReasonSubject  = "subject"
	ReasonACR      = "acr"
	ReasonAMR      = "amr"
)

// Expected is what an ID token must be.
type Expected struct {
	Issuer   string
	ClientID string
	Nonce    string   // empty: of a refresh, whose token need not have one
	Subject  string   // whom a refresh is about; empty: anybody
	ACR      []string // one of them must be there; none: any
	AMR      []string // all of them must be there
}

// Decide says why an ID token whose issuer has signed it is refused; empty where it is not. It has no I/O.
func Decide(typ string, claims map[string]any, want Expected, now time.Time) string {
	subject := text(claims, "sub")
	for _, rule := range []struct {
		reason string
		holds  bool
	}{
		{ReasonType, typ == "" || typ == "jwt" || typ == "jose"},
		{ReasonIssuer, want.Issuer != "" && text(claims, "iss") == want.Issuer},
		{ReasonAudience, slices.Contains(list(claims, "aud"), want.ClientID)},
		{ReasonParty, partyFits(claims, want.ClientID)},
		{ReasonExpired, now.Before(moment(claims, "exp").Add(leeway))},
		{ReasonIssued, issuedFits(claims, now)},
		{ReasonNonce, want.Nonce == "" || text(claims, "nonce") == want.Nonce},
		{ReasonSubject, subject != "" && len(subject) <= 255 && (want.Subject == "" || subject == want.Subject)},
		{ReasonACR, len(want.ACR) == 0 || slices.Contains(want.ACR, text(claims, "acr"))},
		{ReasonAMR, containsAll(list(claims, "amr"), want.AMR)},
	} {
		if !rule.holds {
			return rule.reason
		}
	}
	return ""
}

// partyFits: a token for several audiences must say that it was made for this client (OpenID Connect Core, 3.1.3.7).
func partyFits(claims map[string]any, client string) bool {
	party, there := claims["azp"]
	return there && party == client || !there && len(list(claims, "aud")) == 1
}

func issuedFits(claims map[string]any, now time.Time) bool {
	issued := moment(claims, "iat")
	return !issued.IsZero() && !issued.After(now.Add(leeway)) && !moment(claims, "nbf").After(now.Add(leeway))
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func text(claims map[string]any, name string) string {
	s, _ := claims[name].(string)
	return s
}

// list returns a claim that is one text or a list of texts.
func list(claims map[string]any, name string) (out []string) {
	switch v := claims[name].(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// moment returns a time; the zero time for none, and for one that cannot be read.
func moment(claims map[string]any, name string) time.Time {
	const furthest = 1 << 40
	var seconds float64
	switch v := claims[name].(type) {
	case json.Number:
		seconds, _ = v.Float64()
	case float64:
		seconds = v
	}
	if seconds <= 0 || seconds > furthest {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// Said is what an issuer says of a person.
type Said struct {
	Subject       string
	Name          string
	Email         string // in lower case
	EmailVerified bool
	Groups        []string
	SID           string // the session at the issuer; empty: it does not say
}

// The limits of what is kept of an issuer's words.
const (
	maxName   = 200
	maxGroups = 500
)

// said reads what claims say of a person. An address that is not verified is kept to be shown, and never compared.
func said(claims map[string]any, groupsClaim string) Said {
	verified, _ := claims["email_verified"].(bool)
	out := Said{
		Subject: text(claims, "sub"), SID: text(claims, "sid"), Email: strings.ToLower(text(claims, "email")),
		EmailVerified: verified, Groups: list(claims, groupsClaim),
	}
	out.Groups = out.Groups[:min(len(out.Groups), maxGroups)]
	for _, name := range []string{out.Email, text(claims, "preferred_username"), text(claims, "name"), out.Subject} {
		if name != "" {
			out.Name = strings.ToValidUTF8(name[:min(len(name), maxName)], "")
			break
		}
	}
	return out
}

// lacks reports whether claims leave open what role bindings go by, so that the issuer is asked for more.
func lacks(claims map[string]any, groupsClaim string) bool {
	_, email := claims["email"]
	_, groups := claims[groupsClaim]
	return !email || !groups
}
