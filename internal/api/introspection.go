package api

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
