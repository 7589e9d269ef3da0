package api

import "slices"

// Access classes of scopes.
const (
	AccessRead  = "read"
	AccessWrite = "write"
	AccessAdmin = "admin"
)

// Scope is one scope of the catalogue: what a token with it may do.
type Scope struct {
	Name        string `json:"name" doc:"The scope, as a token has it."`
	Description string `json:"description" doc:"What a token with it may do."`
	Area        string `json:"area" doc:"What it is about."`
	Access      string `json:"access" doc:"read, write, or admin for what changes who may do what." enum:"read,write,admin"`
}

// ScopeCatalogue lists the scopes that are known, in the order of their names.
func ScopeCatalogue() []Scope {
	return []Scope{
		{"billing:read", "Read invoices and usage.", "billing", AccessRead},
		{"billing:write", "Change the plan and the means of payment.", "billing", AccessAdmin},
		{"connectors:read", "Read the settings of integrations.", "connectors", AccessRead},
		{"connectors:write", "Change the settings of integrations.", "connectors", AccessAdmin},
		{"contacts:read", "Read the recipients of messages.", "contacts", AccessRead},
		{"contacts:write", "Add, change and remove recipients.", "contacts", AccessWrite},
		{ScopeReadCredentials, "Fetch the credentials of the token's own connector.", "credentials", AccessAdmin},
		{"files:read", "Download attachments.", "files", AccessRead},
		{"files:write", "Upload attachments.", "files", AccessWrite},
		{"messages:read", "Read messages and their delivery status.", "messages", AccessRead},
		{"messages:send", "Send messages.", "messages", AccessWrite},
		{"orders:read", "Read orders.", "orders", AccessRead},
		{"orders:write", "Create, change and cancel orders.", "orders", AccessWrite},
		{"users:read", "Read the profiles of users.", "users", AccessRead},
		{"users:write", "Change the profiles and the rights of users.", "users", AccessAdmin},
	}
}

// ScopeKnown reports whether the catalogue has a scope. A wildcard is known where the catalogue has what it stands for.
func ScopeKnown(scope string) bool {
	return slices.ContainsFunc(ScopeCatalogue(), func(s Scope) bool {
		return s.Name == scope || IsWildcard(scope) && ScopeAllowed(s.Name, []string{scope})
	})
}
