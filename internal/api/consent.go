package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ConsentIDPrefix begins the id of every consent.
const ConsentIDPrefix = "cns_"

// States of a consent.
const (
	ConsentRequested = "requested" // nobody has decided yet
	ConsentGranted   = "granted"
	ConsentRefused   = "refused"
	ConsentRevoked   = "revoked" // it was granted
	ConsentExpired   = "expired" // nobody has decided in time
)

// ConsentStates lists the states of a consent.
func ConsentStates() []string {
	return []string{ConsentRequested, ConsentGranted, ConsentRefused, ConsentRevoked, ConsentExpired}
}

// ConsentRequestLife is how long a request waits for a decision.
const ConsentRequestLife = 14 * 24 * time.Hour

// Decisions about a request for consent.
const (
	DecisionGrant  = "grant"
	DecisionRefuse = "refuse"
)

// ConsentScope is one scope of a request for consent, with the words that the person read.
type ConsentScope struct {
	Scope  string `json:"scope" doc:"The scope, as a token has it."`
	Text   string `json:"text" doc:"What a token with it may do, as it was shown to the person."`
	Access string `json:"access" doc:"read, write, or admin for what changes who may do what." enum:"read,write,admin"`
}

// Consent is a request for consent to what connectors of one type access, with what a person decided.
type Consent struct {
	ID            string         `json:"id" doc:"The platform's name for the consent, cns_ and a ULID. Never changes."`
	Tenant        string         `json:"tenant" doc:"The tenant that the consent belongs to."`
	Environment   string         `json:"environment" doc:"The environment of the tenant in which the consent counts."`
	CreatedAt     time.Time      `json:"created_at" doc:"When the consent was asked for."`
	Etag          string         `json:"etag" doc:"Counts the changes of the consent."`
	State         string         `json:"state" doc:"requested: nobody has decided yet. granted: a person agreed to granted_scopes. refused: a person agreed to nothing. revoked: it was granted, and counts no longer. expired: nobody decided in time." enum:"requested,granted,refused,revoked,expired"`
	ConnectorType string         `json:"connector_type" doc:"The type of the connectors that it is for."`
	Purpose       string         `json:"purpose" doc:"Why the access is needed, as it was shown to the person."`
	Scopes        []ConsentScope `json:"scopes" nullable:"false" doc:"What was asked for, in the words that were shown to the person."`
	TextVersion   string         `json:"text_version" doc:"The version of the scope catalogue that the words come from."`
	GrantedScopes []string       `json:"granted_scopes" nullable:"false" doc:"The scopes that the person agreed to, ascending. Empty as long as the consent was not granted."`
	Link          *string        `json:"link" doc:"Where a person decides. Null where the platform has no console."`
	ExpiresAt     time.Time      `json:"expires_at" doc:"When the request ends where nobody has decided. A granted consent has no end."`

	RequestedBy     string `json:"requested_by" doc:"Id of who asked: a principal, a workload identity or a person."`
	RequestedByName string `json:"requested_by_name" doc:"The name of who asked. Empty where it is not known any more."`

	DecidedAt     *time.Time `json:"decided_at" doc:"When a person decided. Null as long as nobody has."`
	DecidedBy     *string    `json:"decided_by" doc:"Id of the person who decided. Null as long as nobody has."`
	DecidedByName string     `json:"decided_by_name" doc:"The name of that person. Empty where it is not known."`

	RevokedAt     *time.Time `json:"revoked_at" doc:"When the consent was revoked. Null where it was not."`
	RevokedBy     *string    `json:"revoked_by" doc:"Id of who revoked it. Null where it was not."`
	RevokedByName string     `json:"revoked_by_name" doc:"The name of who revoked it. Empty where it is not known."`
}

// ConsentCreate asks for a consent.
type ConsentCreate struct {
	ConnectorType string   `json:"connector_type" doc:"The type of the connectors that it is for."`
	Scopes        []string `json:"scopes" nullable:"false" doc:"The scopes to ask for: 1 to 64 scopes of the scope catalogue, without a wildcard, because a person has to read what each allows."`
	Purpose       string   `json:"purpose" doc:"Why the access is needed, in plain words for the person who decides: 1 to 500 characters on one line."`
}

// ConsentDecision is what a person decides about a request for consent.
type ConsentDecision struct {
	Decision string   `json:"decision" enum:"grant,refuse" doc:"grant or refuse."`
	Scopes   []string `json:"scopes,omitzero" doc:"With grant, the scopes that are agreed to: some or all of those that were asked for. Absent with refuse."`
}

const maxPurpose = 500

// CheckPurpose checks why a consent is asked for.
func CheckPurpose(s string) error {
	return checkPrintable(s, maxPurpose, "such as: send appointment reminders to patients")
}

// CheckConsentScope checks a scope that a consent is asked for: the catalogue must have words for it.
func CheckConsentScope(scope string) error {
	switch {
	case IsWildcard(scope):
		return fmt.Errorf("must name each scope without a wildcard: a person cannot agree to scopes that come later")
	case !ScopeKnown(scope):
		return fmt.Errorf("must be a scope that a person can read about: %s", UnknownScope(scope))
	}
	return nil
}

// ConsentScopes returns scopes of the catalogue with the words that a person reads.
func ConsentScopes(scopes []string) (out []ConsentScope) {
	for _, s := range ScopeCatalogue() {
		if slices.Contains(scopes, s.Name) {
			out = append(out, ConsentScope{Scope: s.Name, Text: s.Description, Access: s.Access})
		}
	}
	return out
}

// ScopeCatalogueVersion is a digest of the words of the scope catalogue: other words have another version.
func ScopeCatalogueVersion() string {
	var text strings.Builder
	for _, s := range ScopeCatalogue() {
		fmt.Fprintf(&text, "%q %q %q\n", s.Name, s.Description, s.Access)
	}
	sum := sha256.Sum256([]byte(text.String()))
	return hex.EncodeToString(sum[:8])
}
