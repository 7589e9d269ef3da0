package api

// Introspection answers RFC 7662. An inactive token gets {"active":false} and nothing else.
type Introspection struct {
	Active      bool   `json:"active"`
	Scope       string `json:"scope,omitempty"`
	Tenant      string `json:"tenant,omitempty"`
	Environment string `json:"environment,omitempty"`
	ClientID    string `json:"client_id,omitempty"`
	Subject     string `json:"sub,omitempty"`
	// ExpiresAt is in unix seconds, as RFC 7662 says; absent where the token has no end yet.
	ExpiresAt int64 `json:"exp,omitempty"`
	Version   int64 `json:"version,omitempty"`
}
