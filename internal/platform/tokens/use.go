package tokens

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/access"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/problem"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/uses"
)

// UseOf is what a request says of its use of a token.
type UseOf struct {
	How      string     // the kind of evidence that it is, where the version is pending
	Consumer string     // what the caller calls itself; empty for nothing
	From     netip.Addr // that presented the value; the zero address if that is not known
	Scopes   []string   // that it is for; none where nobody said so
}

// UseBy returns a use by a caller that presented the value.
func (p *Presented) UseBy(caller *access.Request, of UseOf) uses.Use {
	by := uses.Consumer{How: of.How, Actor: caller.Actor(), Name: of.Consumer, UserAgent: caller.UserAgent}
	if p.access != nil {
		by.OpenedBy = p.access.OpenedBy
	}
	return uses.Use{At: p.at, From: of.From, By: by, Scopes: of.Scopes}
}

// maxRequiredScopes is how many scopes one introspection may ask for.
const maxRequiredScopes = 16

func requiredScopes(text string) ([]string, error) {
	scopes := strings.Fields(text)
	for _, s := range scopes {
		if api.CheckScope(s) != nil || api.IsWildcard(s) {
			return nil, problem.Refused("/required_scope", errors.New("must be scopes such as messages:send, without a "+
				"wildcard, separated by spaces"))
		}
	}
	if len(scopes) > maxRequiredScopes {
		return nil, problem.Refused("/required_scope", errors.New("must have 16 scopes at most"))
	}
	slices.Sort(scopes)
	return slices.Compact(scopes), nil
}
