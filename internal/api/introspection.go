package api

// Reasons why a revocation of one value revoked nothing.
const (
	RevocationUnknown      = "unknown"
	RevocationAlreadyEnded = "already_ended"
)

// Revocation says what a revocation of one value did (RFC 7009).
type Revocation struct {
	Revoked bool   `json:"revoked" doc:"Whether this request ended the value. If so, kind, id and version say what it was."`
	Kind    string `json:"kind,omitempty" doc:"The kind of the object, as in the paths of the API. Only where it was revoked."`
	ID      string `json:"id,omitempty" doc:"The object. Only where it was revoked."`
	Version int64  `json:"version,omitempty" doc:"The version whose value it was. Only where it was revoked."`
	Reason  string `json:"reason,omitempty" enum:"unknown,already_ended" doc:"Why nothing was revoked. unknown: no object of this environment has or had the value; try each environment. already_ended: the value is not accepted any more."`
}

// Introspection is the response of RFC 7662. For an inactive token it is {"active":false}.
type Introspection struct {
	Active      bool   `json:"active" doc:"Whether the token is accepted now. If not, no other member is present."`
	Scope       string `json:"scope,omitempty" doc:"The effective scopes, separated by spaces: those of the token within what its connector allows."`
	Tenant      string `json:"tenant,omitempty" doc:"The token's tenant."`
	Environment string `json:"environment,omitempty" doc:"The token's environment."`
	ClientID    string `json:"client_id,omitempty" doc:"Id of the token's connector."`
	Subject     string `json:"sub,omitempty" doc:"Id of the scoped token."`
	ExpiresAt   int64  `json:"exp,omitempty" doc:"Unix seconds at which this value ends by itself. Absent where no end is set."`
	Version     int64  `json:"version,omitempty" doc:"Which version of the token this value is."`
}
