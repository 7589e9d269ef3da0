package api

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

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
	Area        string `json:"area" doc:"What it is about: its part before the colon."`
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

// InWords names the scope with what it allows, such as "messages:send (send messages; messages, write)".
func (s Scope) InWords() string {
	does := strings.ToLower(s.Description[:1]) + strings.TrimSuffix(s.Description[1:], ".")
	return fmt.Sprintf("%s (%s; %s, %s)", s.Name, does, s.Area, s.Access)
}

// ScopesFor returns what the catalogue has for a scope: the scope itself, or what a wildcard stands for.
func ScopesFor(scope string) (out []Scope) {
	for _, s := range ScopeCatalogue() {
		if s.Name == scope || IsWildcard(scope) && ScopeAllowed(s.Name, []string{scope}) {
			out = append(out, s)
		}
	}
	return out
}

// ScopeKnown reports whether the catalogue has a scope. A wildcard is known where the catalogue has what it stands for.
func ScopeKnown(scope string) bool { return len(ScopesFor(scope)) > 0 }

// scopesNear returns what an unknown scope was probably meant to be: one scope, or, where only its area is clear, all
// of the area.
func scopesNear(scope string) (out []Scope) {
	area, action, _ := strings.Cut(scope, ":")
	var areas, actions []string
	for _, s := range ScopeCatalogue() {
		areas = append(areas, s.Area)
	}
	area = nearest(area, areas)
	for _, s := range ScopeCatalogue() {
		if s.Area == area {
			out, actions = append(out, s), append(actions, strings.TrimPrefix(s.Name, area+":"))
		}
	}
	if near := nearest(action, actions); near != "" {
		return out[slices.Index(actions, near):][:1]
	}
	return out
}

// UnknownScope says that the catalogue does not have a scope, and what it has near to it.
func UnknownScope(scope string) string {
	text := strconv.Quote(scope) + " is not in the scope catalogue"
	if near := scopesNear(scope); len(near) > 0 {
		return text + ", which has " + ScopesInWords(near)
	}
	return text
}

// ScopesInWords lists scopes with what they allow.
func ScopesInWords(all []Scope) string {
	var out []string
	for _, s := range all {
		out = append(out, s.InWords())
	}
	return strings.Join(out, ", ")
}
