package api

import (
	"strconv"
	"strings"
)

// The paths of the kinds. A path is also the kind's name in the store, in audit events and in digests.
const (
	KindConnectors       = "connectors"
	KindScopedTokens     = "scoped-tokens"
	KindWebhookEndpoints = "webhook-endpoints"
	KindSigningSecrets   = "signing-secrets"
	KindRotationPolicies = "rotation-policies"

	KindWorkloadIdentities = "workload-identities"
	// KindPrincipals is no kind of object: nothing but a list and a DELETE is there.
	KindPrincipals = "principals"
	// KindAccessTokens is no kind of object either: access tokens are made, extended and revoked, and never listed.
	KindAccessTokens = "access-tokens"
)

// Kind is one kind of object: what it is called, wherever it has a name.
type Kind struct {
	Path      string // below /v1/
	Singular  string // in sentences
	Plural    string // in sentences
	IDPrefix  string // of every id of the kind
	Terraform string // type name of the managed resource
	Tag       string // of its operations in the OpenAPI document
}

// The kinds of objects.
var (
	Connectors = Kind{
		Path: KindConnectors, Singular: "connector", Plural: "connectors", IDPrefix: "con_",
		Terraform: "quickconnect_connector", Tag: "Connectors",
	}
	ScopedTokens = Kind{
		Path: KindScopedTokens, Singular: "scoped token", Plural: "scoped tokens", IDPrefix: "tok_",
		Terraform: "quickconnect_scoped_token", Tag: "Scoped tokens",
	}
	WebhookEndpoints = Kind{
		Path: KindWebhookEndpoints, Singular: "webhook endpoint", Plural: "webhook endpoints", IDPrefix: "wep_",
		Terraform: "quickconnect_webhook_endpoint", Tag: "Webhook endpoints",
	}
	SigningSecrets = Kind{
		Path: KindSigningSecrets, Singular: "signing secret", Plural: "signing secrets", IDPrefix: "sec_",
		Terraform: "quickconnect_webhook_signing_secret", Tag: "Signing secrets",
	}
	RotationPolicies = Kind{
		Path: KindRotationPolicies, Singular: "rotation policy", Plural: "rotation policies", IDPrefix: "pol_",
		Terraform: "quickconnect_rotation_policy", Tag: "Rotation policies",
	}
	WorkloadIdentities = Kind{
		Path: KindWorkloadIdentities, Singular: "workload identity", Plural: "workload identities", IDPrefix: "wid_",
		Terraform: "quickconnect_workload_identity", Tag: "Workload identities",
	}
)

// The kinds of what governs an environment. They are not among Kinds: their objects have no name of their own.
var (
	// EnvironmentPolicies has one object at most in every environment.
	EnvironmentPolicies = Kind{
		Path: "environment-policies", Singular: "environment policy", Plural: "environment policies", IDPrefix: "epl_",
		Terraform: "quickconnect_environment_policy", Tag: "Guardrails",
	}
	GuardrailExemptions = Kind{
		Path: "guardrail-exemptions", Singular: "guardrail exemption", Plural: "guardrail exemptions", IDPrefix: "exm_",
		Terraform: "quickconnect_guardrail_exemption", Tag: "Guardrails",
	}
	Consents = Kind{
		Path: "consents", Singular: "consent", Plural: "consents", IDPrefix: ConsentIDPrefix,
		Terraform: "quickconnect_consents", Tag: "Consents",
	}
	RoleBindings = Kind{
		Path: "role-bindings", Singular: "role binding", Plural: "role bindings", IDPrefix: "rbd_",
		Terraform: "quickconnect_role_binding", Tag: "People",
	}
)

// The ids of people and of what signs them in. They are no kinds of objects: people come and go with their issuer.
const (
	KindPersons    = "persons"
	KindSessions   = "sessions"
	KindIssuers    = "issuers"
	PersonIDPrefix = "per_"
)

// Kinds returns every kind of object.
func Kinds() []Kind {
	return []Kind{
		Connectors, ScopedTokens, WebhookEndpoints, SigningSecrets, RotationPolicies, WorkloadIdentities,
	}
}

// KindAt returns the kind with a path, and whether there is one.
func KindAt(path string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Path == path {
			return k, true
		}
	}
	return Kind{}, false
}

// GoverningKinds returns the kinds of what governs an environment.
func GoverningKinds() []Kind { return []Kind{EnvironmentPolicies, GuardrailExemptions, RoleBindings} }

// WritePermission is what a create, a change and a deletion of an object of the kind need.
func (k Kind) WritePermission() string {
	switch k {
	case WorkloadIdentities, RoleBindings:
		return PermissionGrant
	case EnvironmentPolicies:
		return PermissionGovern
	case GuardrailExemptions:
		return PermissionExempt
	}
	return PermissionWrite
}

// Route returns the path of the kind's collection, or with an id the path of one object, and of what is below it.
func (k Kind) Route(below ...string) string {
	route := "/v1/" + k.Path
	for _, part := range below {
		route += "/" + part
	}
	return route
}

// Collection is the plural as a part of a name in Terraform, such as scoped_tokens.
func (k Kind) Collection() string { return strings.ReplaceAll(k.Path, "-", "_") }

// Count returns a number of objects in words, such as "1 connector" and "3 connectors".
func (k Kind) Count(n int) string {
	if n == 1 {
		return "1 " + k.Singular
	}
	return strconv.Itoa(n) + " " + k.Plural
}
