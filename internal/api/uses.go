package api

import "time"

// VersionUses says who uses a version of a credential.
type VersionUses struct {
	FirstAt   *time.Time    `json:"first_at" doc:"The first use. Null for never."`
	LastAt    *time.Time    `json:"last_at" doc:"The last use. Null for never."`
	Count     int64         `json:"count" doc:"How many uses."`
	Networks  []NetworkUse  `json:"networks" nullable:"false" doc:"Where the value was presented from, as far as that is known: an introspection says so with remote_addr. At most 256."`
	Consumers []ConsumerUse `json:"consumers" nullable:"false" doc:"Who used it. Two that differ in anything are two consumers. At most 64."`
	Scopes    []ScopeUse    `json:"scopes" nullable:"false" doc:"What it was asked for, with required_scope, whether it has that or not. Fetching credentials counts as credentials:read. At most 64."`
	// UnusedScopes is nil where nothing is known.
	UnusedScopes []string  `json:"unused_scopes" nullable:"true" doc:"The scopes of the token that no use of this version named. Null where no use named a scope, and for a credential without scopes."`
	WithoutScope int64     `json:"without_scope" doc:"How many uses did not say what for. While there are any, unused_scopes may be used by them."`
	Others       OtherUses `json:"others" doc:"How many uses were by networks, consumers and scopes that are not listed, because there are too many."`
	Complete     bool      `json:"complete" doc:"Whether every use since the version was made is counted, as far as the platform knows. False where the version is older than the recording of uses, and where that was impaired."`
}

// NetworkUse is the uses from one network.
type NetworkUse struct {
	Network string    `json:"network" doc:"The /24 of an IPv4 address, the /48 of an IPv6 address."`
	FirstAt time.Time `json:"first_at" doc:"The first use."`
	LastAt  time.Time `json:"last_at" doc:"The last use."`
	Count   int64     `json:"count" doc:"How many uses."`
}

// ConsumerUse is the uses by one consumer.
type ConsumerUse struct {
	How       string    `json:"how" enum:"introspection,retrieval,exchange,delivery" doc:"What the use was."`
	Actor     string    `json:"actor" doc:"Id of who asked the platform: the principal or workload identity that introspected, the scoped token that fetched credentials or was exchanged, the endpoint that accepted a delivery."`
	ActorName string    `json:"actor_name" doc:"The name of that principal. Empty for what is no principal."`
	Consumer  string    `json:"consumer" doc:"What it calls itself in the header Quickconnect-Consumer. Empty without."`
	UserAgent string    `json:"user_agent" doc:"The user agent of its request. Empty without."`
	OpenedBy  string    `json:"opened_by" doc:"Where an access token was presented: id of the principal that opened it, or of the scoped token whose value was exchanged for it. Empty where the value itself was presented."`
	FirstAt   time.Time `json:"first_at" doc:"The first use."`
	LastAt    time.Time `json:"last_at" doc:"The last use."`
	Count     int64     `json:"count" doc:"How many uses."`
}

// ScopeUse is the uses for one scope.
type ScopeUse struct {
	Scope   string    `json:"scope" doc:"The scope."`
	FirstAt time.Time `json:"first_at" doc:"The first use."`
	LastAt  time.Time `json:"last_at" doc:"The last use."`
	Count   int64     `json:"count" doc:"How many uses."`
}

// OtherUses counts what is not listed.
type OtherUses struct {
	Networks  int64 `json:"networks" doc:"Uses from other networks."`
	Consumers int64 `json:"consumers" doc:"Uses by other consumers."`
	Scopes    int64 `json:"scopes" doc:"Uses for other scopes."`
}
