package platform_test

import (
	"fmt"
	"net/url"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keys"
)

// opens sends the request that opens an access token.
func (w *world) opens(role, tokenID string, body object) *reply {
	w.t.Helper()
	if body == nil {
		body = object{}
	}
	return w.as(role, "POST", pathTokens+"/"+tokenID+"/access-tokens", body)
}

// opened opens an access token as a role.
func (w *world) opened(role, tokenID string, body object) keys.OpenedAccessToken {
	w.t.Helper()
	return decoded[keys.OpenedAccessToken](w.opens(role, tokenID, body).want(200))
}

// openedAlone opens an access token of a scoped token of its own.
func (w *world) openedAlone(role string) keys.OpenedAccessToken {
	w.t.Helper()
	*w.created++
	name := fmt.Sprintf("opened-%d", *w.created)
	return w.opened(role, w.newToken(name, w.newConnector(name, nil).ID, nil).ID, nil)
}

// exchanges sends an exchange of a scoped token. More are pairs of members of the form.
func (w *world) exchanges(value string, more ...string) *reply {
	w.t.Helper()
	form := url.Values{
		"grant_type": {api.GrantTokenExchange}, "subject_token": {value}, "subject_token_type": {api.TokenTypeAccessToken},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return w.send("", "POST", pathExchange, form)
}

func (w *world) exchanged(value string, more ...string) keys.ExchangedAccessToken {
	w.t.Helper()
	return decoded[keys.ExchangedAccessToken](w.exchanges(value, more...).want(200))
}

// extends asks as a role for a longer life of an access token.
func (w *world) extends(role, id, ttl string) *reply {
	w.t.Helper()
	return w.as(role, "POST", pathAccess+"/"+id+"/extend", object{"ttl": ttl})
}
