package keys

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/api"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/keyring"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/platform/store"
	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// suppliedToken is the member of the sealed credentials that has the refresh token as it was supplied, where another
// one has replaced it.
const suppliedToken = "supplied_refresh_token"

// Grant is what an access token is got with.
type Grant struct {
	values map[string]secret.Value
}

// OpenGrant opens the credentials of a connector of type oauth2.
func OpenGrant(ctx context.Context, k *Keys, tx *store.Tx, sealed []byte, b keyring.Bound) (*Grant, error) {
	value, err := k.open(ctx, tx, sealed, b)
	if err != nil {
		return nil, err
	}
	var g Grant
	if json.Unmarshal([]byte(value.Expose()), &g.values) != nil { //nolint:forbidigo // wrapped again at once
		return nil, errors.New("the sealed credentials cannot be read as JSON")
	}
	return &g, nil
}

// Refreshes reports whether the grant has a refresh token. Otherwise the client's own credentials are the grant.
func (g *Grant) Refreshes() bool { return !g.values[api.CredentialRefreshToken].IsEmpty() }

// Request returns the body of the request for an access token (RFC 6749, 4.4.2 and 6), and its Authorization header,
// which is empty where the body has the client's secret, or there is none.
func (g *Grant) Request(settings map[string]string) (form, authorization string) {
	values := url.Values{}
	if g.Refreshes() {
		values.Set("grant_type", "refresh_token")
		token := g.values[api.CredentialRefreshToken].Expose() //nolint:forbidigo // sent to the authorization server
		values.Set("refresh_token", token)
	} else {
		values.Set("grant_type", "client_credentials")
	}
	if scopes := settings[api.SettingScopes]; scopes != "" {
		values.Set("scope", scopes)
	}
	id := settings[api.SettingClientID]
	password := g.values[api.CredentialClientSecret].Expose() //nolint:forbidigo // sent to the authorization server
	switch {
	case password == "":
		values.Set("client_id", id)
	case settings[api.SettingAuthStyle] == api.AuthStylePost:
		values.Set("client_id", id)
		values.Set("client_secret", password)
	default:
		// Each part is encoded like a form before the two are joined (RFC 6749, 2.3.1).
		joined := url.QueryEscape(id) + ":" + url.QueryEscape(password)
		authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(joined))
	}
	return values.Encode(), authorization
}

// Granted is a successful answer of an authorization server.
type Granted struct {
	AccessToken  secret.Value `json:"access_token"`
	TokenType    string       `json:"token_type"`
	Scope        string       `json:"scope"`
	ExpiresIn    json.Number  `json:"expires_in"`
	RefreshToken secret.Value `json:"refresh_token"`
}

// Replaces reports whether the answer has another refresh token than the grant.
func (g *Granted) Replaces(before *Grant) bool {
	return before.Refreshes() && !g.RefreshToken.IsEmpty() &&
		!g.RefreshToken.Equal(before.values[api.CredentialRefreshToken])
}

// SealRenewed seals credentials in which a refresh token has replaced another one.
func SealRenewed(
	ctx context.Context, k *Keys, tx *store.Tx, before *Grant, refreshToken secret.Value, b keyring.Bound,
) ([]byte, error) {
	next := map[string]secret.Value{}
	for name, value := range before.values {
		next[name] = value
	}
	if _, renewed := next[suppliedToken]; !renewed {
		next[suppliedToken] = next[api.CredentialRefreshToken]
	}
	next[api.CredentialRefreshToken] = refreshToken
	return k.SealCredentials(ctx, tx, next, b)
}

// Supplied returns credentials that were supplied, to be sealed after this grant. Where the refresh token among them is
// the one that was supplied before, and another one has replaced it since, that one stays: the supplied one is used up.
func (g *Grant) Supplied(values map[string]secret.Value) map[string]secret.Value {
	before, renewed := g.values[suppliedToken]
	if !renewed || !before.Equal(values[api.CredentialRefreshToken]) {
		return values
	}
	next := map[string]secret.Value{suppliedToken: before}
	for name, value := range values {
		next[name] = value
	}
	next[api.CredentialRefreshToken] = g.values[api.CredentialRefreshToken]
	return next
}

// accessToken is what is sealed of an answer, with its end: whoever can write to the database cannot move that.
type accessToken struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type"`
	Scope       string    `json:"scope"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// SealAccessToken seals the access token of an answer with its end.
func SealAccessToken(
	ctx context.Context, k *Keys, tx *store.Tx, g *Granted, expiresAt time.Time, b keyring.Bound,
) ([]byte, error) {
	text, err := json.Marshal(accessToken{
		AccessToken: g.AccessToken.Expose(), //nolint:forbidigo // sealed
		TokenType:   g.TokenType, Scope: g.Scope, ExpiresAt: expiresAt,
	})
	if err != nil {
		return nil, errors.New("the access token cannot be written as JSON")
	}
	return k.sealAccessToken(ctx, tx, secret.New(string(text)), keyring.AccessToken{Bound: b})
}

// OpenAccessToken opens an access token for a consumer that may have it. Outside of a transaction, tx is nil. It never
// returns one that has ended.
func OpenAccessToken(
	ctx context.Context, k *Keys, tx *store.Tx, sealed []byte, b keyring.Bound, now time.Time,
) (*Credentials, error) {
	value, err := k.openAccessToken(ctx, tx, sealed, keyring.AccessToken{Bound: b})
	if err != nil {
		return nil, err
	}
	var token accessToken
	if json.Unmarshal([]byte(value.Expose()), &token) != nil { //nolint:forbidigo // sent to a consumer that may have it
		return nil, errors.New("the sealed access token cannot be read as JSON")
	}
	if !now.Before(token.ExpiresAt) {
		return nil, errors.New("the sealed access token has ended before the time that its row says")
	}
	end := token.ExpiresAt.UTC()
	out := &Credentials{ExpiresAt: &end, Credentials: map[string]string{
		"access_token": token.AccessToken, "token_type": token.TokenType,
	}}
	if token.Scope != "" {
		out.Credentials["scope"] = token.Scope
	}
	return out, nil
}
