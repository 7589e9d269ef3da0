package keys

import (
	"strings"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// OpenedAccessToken is the answer that has the value of an access token that a principal opened.
type OpenedAccessToken struct {
	ID           string    `json:"id" doc:"The access token, to extend and to revoke it."`
	AccessToken  string    `json:"access_token" doc:"The value (qca_). It cannot be read again."`
	ExpiresAt    time.Time `json:"expires_at" doc:"When it ends by itself."`
	EndsAtLatest time.Time `json:"ends_at_latest" doc:"When it ends at the latest, however often it is extended."`
	ExpiresIn    int64     `json:"expires_in" doc:"Whole seconds until then, whatever the clock of the caller says."`
	Scopes       []string  `json:"scopes" nullable:"false" doc:"What it may do."`
}

// RevealOpened returns a new access token with its value, for the caller that opened it.
func RevealOpened(t *store.AccessToken, value secret.Value, endsAtLatest time.Time) OpenedAccessToken {
	return OpenedAccessToken{
		ID: t.ID, AccessToken: value.Expose(), //nolint:forbidigo // answered once to the caller that opened it
		ExpiresAt: t.ExpiresAt.UTC(), EndsAtLatest: endsAtLatest.UTC(), Scopes: t.Scopes,
		ExpiresIn: int64(t.ExpiresAt.Sub(t.CreatedAt) / time.Second),
	}
}

// ExchangedAccessToken is the answer that has the value of an access token that was made in an exchange (RFC 8693).
type ExchangedAccessToken struct {
	AccessToken     string `json:"access_token" doc:"The value (qca_). It cannot be read again."`
	IssuedTokenType string `json:"issued_token_type" doc:"Always urn:ietf:params:oauth:token-type:access_token."`
	TokenType       string `json:"token_type" doc:"Always Bearer."`
	ExpiresIn       int64  `json:"expires_in" doc:"Whole seconds until it ends by itself."`
	Scope           string `json:"scope" doc:"What it may do, separated by spaces."`
	ID              string `json:"id" doc:"The access token, as the audit names it."`
}

// RevealExchanged returns a new access token with its value, for the caller that exchanged something for it.
func RevealExchanged(t *store.AccessToken, value secret.Value) ExchangedAccessToken {
	return ExchangedAccessToken{
		AccessToken:     value.Expose(), //nolint:forbidigo // answered once to the caller that exchanged
		IssuedTokenType: api.TokenTypeAccessToken, TokenType: "Bearer",
		ExpiresIn: int64(t.ExpiresAt.Sub(t.CreatedAt) / time.Second), Scope: strings.Join(t.Scopes, " "), ID: t.ID,
	}
}
