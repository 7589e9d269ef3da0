package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// GuardrailExemption lets one object break one rule of its environment until a date. The object need not exist yet.
type GuardrailExemption struct {
	ID          string    `json:"id" doc:"The platform's name for the exemption, exm_ and a ULID. Never changes."`
	Tenant      string    `json:"tenant" doc:"The tenant that the exemption belongs to."`
	Environment string    `json:"environment" doc:"The environment of the tenant that the exemption belongs to."`
	CreatedAt   time.Time `json:"created_at" doc:"When the exemption was made."`
	Etag        string    `json:"etag" doc:"Counts the changes of the exemption. If-Match takes it in quotes."`
	Kind        string    `json:"kind" doc:"The kind of the object, as in its path, such as scoped-tokens."`
	Name        string    `json:"name" doc:"The name of the object."`
	Rule        string    `json:"rule" doc:"The rule that the object may break."`
	Reason      string    `json:"reason" doc:"Why."`
	ExpiresAt   string    `json:"expires_at" doc:"When the exemption ends (RFC 3339)."`
	Expired     bool      `json:"expired" doc:"Whether it has ended."`
}

// AsObject returns the part that objects of every kind have. The exemption is called as the object that it is for.
func (e GuardrailExemption) AsObject() Object {
	return Object{
		ID: e.ID, Name: e.Name, Tenant: e.Tenant, Environment: e.Environment, CreatedAt: e.CreatedAt, Etag: e.Etag,
	}
}

// GuardrailExemptionCreate creates an exemption.
type GuardrailExemptionCreate struct {
	Kind      string `json:"kind" doc:"The kind of the object, as in its path: connectors, scoped-tokens, webhook-endpoints, signing-secrets, rotation-policies or principals."`
	Name      string `json:"name" doc:"The name of the object, which need not exist yet."`
	Rule      string `json:"rule" doc:"The rule that the object may break."`
	Reason    string `json:"reason" doc:"Why, in 1 to 256 bytes on one line."`
	ExpiresAt string `json:"expires_at" doc:"When the exemption ends: a date in the future, as RFC 3339 writes it."`
}

// GuardrailExemptionPatch changes an exemption. Another object or another rule is another exemption.
type GuardrailExemptionPatch struct {
	Reason    Optional[string] `json:"reason,omitzero" doc:"Why, in 1 to 256 bytes on one line."`
	ExpiresAt Optional[string] `json:"expires_at,omitzero" doc:"When the exemption ends: a date in the future, as RFC 3339 writes it."`
}

// ExemptKinds lists the kinds of objects that an exemption can be for.
func ExemptKinds() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, k.Path)
	}
	return append(out, KindPrincipals)
}

// CheckExemptKind checks the kind of the object that an exemption is for.
func CheckExemptKind(kind string) error {
	if !slices.Contains(ExemptKinds(), kind) {
		return fmt.Errorf("must be one of %s", strings.Join(ExemptKinds(), ", "))
	}
	return nil
}

// CheckRule checks the name of a rule.
func CheckRule(rule string) error {
	if !slices.Contains(Rules(), rule) {
		return fmt.Errorf("must be a rule of an environment policy: one of %s", strings.Join(Rules(), ", "))
	}
	return nil
}

// CheckExemptionEnd checks the date at which an exemption ends.
func CheckExemptionEnd(text string) error {
	_, err := ParseExpiry(text)
	return err
}

// ErrPast is of a date that must be in the future.
var ErrPast = errors.New("must be in the future")
