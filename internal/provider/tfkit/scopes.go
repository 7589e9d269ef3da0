package tfkit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
)

// allowedScopes is what this run has read or planned of connectors. Only a warning depends on it, never a planned
// value.
type allowedScopes struct {
	mu sync.Mutex
	of map[string]types.Set // by the connector's id
}

// ReadAllowedScopes notes which scopes a connector allows, unless this run knows already what it will allow.
func (s *Session) ReadAllowedScopes(connector types.String, allowed types.Set) {
	s.noteAllowedScopes(connector, allowed, false)
}

// PlanAllowedScopes notes which scopes a connector will allow.
func (s *Session) PlanAllowedScopes(connector types.String, allowed types.Set) {
	s.noteAllowedScopes(connector, allowed, true)
}

func (s *Session) noteAllowedScopes(connector types.String, allowed types.Set, planned bool) {
	if s == nil {
		return
	}
	s.allowed.mu.Lock()
	defer s.allowed.mu.Unlock()
	if s.allowed.of == nil {
		s.allowed.of = map[string]types.Set{}
	}
	if _, known := s.allowed.of[connector.ValueString()]; planned || !known {
		s.allowed.of[connector.ValueString()] = allowed
	}
}

// WarnScopes warns of planned scopes that their connector does not allow, as far as this run knows the connector.
func (s *Session) WarnScopes(diags *diag.Diagnostics, connector types.String, scopes types.Set) {
	if s == nil {
		return
	}
	s.allowed.mu.Lock()
	allowed, ok := s.allowed.of[connector.ValueString()]
	s.allowed.mu.Unlock()
	if !ok || allowed.IsNull() || allowed.IsUnknown() || anyUnknown(allowed) || anyUnknown(scopes) {
		return
	}
	var beyond []string
	for _, scope := range StringSlice(scopes) {
		if !api.ScopeAllowed(scope, StringSlice(allowed)) {
			beyond = append(beyond, strconv.Quote(scope))
		}
	}
	if len(beyond) > 0 {
		slices.Sort(beyond)
		diags.AddAttributeWarning(path.Root("scopes"), "Scopes that the connector does not allow: "+
			strings.Join(beyond, ", "), fmt.Sprintf(
			"The allowed_scopes of connector %s do not cover %s. The platform refuses that at the apply, unless "+
				"allowed_scopes are widened before.", connector.ValueString(), strings.Join(beyond, ", ")))
	}
}

// scopeArguments are the arguments that have scopes, by the paths of the kinds.
var scopeArguments = map[string]string{api.KindScopedTokens: "scopes", api.KindConnectors: "allowed_scopes"}

// namedScopes is how many scopes the summary of a warning names; its text has all of them.
const namedScopes = 3

// warnUnknownScopes warns of scopes that a plan adds and the catalogue does not have. stored is nil for a new object.
// The catalogue is that of this build, so that a plan needs no request for it.
func warnUnknownScopes(diags *diag.Diagnostics, kind api.Kind, stored, planned reading) {
	argument, ok := scopeArguments[kind.Path]
	if !ok {
		return
	}
	var had []string
	if stored != nil {
		had = stored.texts(argument)
	}
	text := ".\n\nThe platform takes what the catalogue does not have, and no service may know it: correct it if it is " +
		"a mistake."
	if kind == api.ScopedTokens {
		text += " It is an error where the environment policy sets forbid_unknown_scopes."
	}
	var unknown, says []string
	for _, scope := range planned.texts(argument) {
		if scope == "" || api.ScopeKnown(scope) || slices.Contains(had, scope) { // empty: the plan does not know it yet
			continue
		}
		unknown, says = append(unknown, strconv.Quote(scope)), append(says, api.UnknownScope(scope))
	}
	if len(unknown) == 0 {
		return
	}
	summary := "Unknown scope "
	if len(unknown) > 1 {
		summary = "Unknown scopes "
	}
	if len(unknown) > namedScopes {
		unknown = append(unknown[:namedScopes], fmt.Sprintf("and %d more", len(unknown)-namedScopes))
	}
	summary += strings.Join(unknown, ", ") + nameInSummary(kind, planned)
	diags.AddAttributeWarning(path.Root(argument), summary, strings.Join(says, ".\n")+text)
}
