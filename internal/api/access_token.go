package api

import (
	"fmt"
	"time"

	"github.com/quickconnect/terraform-provider-quickconnect/internal/secret"
)

// AccessTokenIDPrefix begins the id of every access token. Its value has another prefix.
const AccessTokenIDPrefix = "act_"

// How long access tokens live.
const (
	// DefaultAccessTokenTTL is the life of an access token whose request says nothing of it.
	DefaultAccessTokenTTL = 15 * time.Minute
	// MinAccessTokenTTL is the least that a request may ask for.
	MinAccessTokenTTL = 10 * time.Second
	// MaxAccessTokenTTL is the most that a request may ask for.
	MaxAccessTokenTTL = time.Hour
	// MaxAccessTokenLife is when an access token ends at the latest after it was opened, however often it is extended.
	MaxAccessTokenLife = 12 * time.Hour
)

// CheckAccessTokenTTL checks how long an access token is to live. Its error completes the sentence "<attribute> …".
func CheckAccessTokenTTL(d time.Duration) error {
	if d < MinAccessTokenTTL || d > MaxAccessTokenTTL {
		return fmt.Errorf("must be from %s to %s", FormatDuration(MinAccessTokenTTL), FormatDuration(MaxAccessTokenTTL))
	}
	return nil
}

// AccessTokenOpen opens an access token of a scoped token.
type AccessTokenOpen struct {
	Scopes []string `json:"scopes,omitzero" doc:"What the access token may do: at least one scope, none beyond the effective scopes of the scoped token. Absent or null is all of them."`
	TTL    *string  `json:"ttl,omitempty" doc:"How long the access token lives, such as 15m: from 10s to 1h. Absent is 15m. It ends with the version of the scoped token that it is made from, if that is earlier."`
}

// AccessTokenExtend extends an access token.
type AccessTokenExtend struct {
	TTL *string `json:"ttl,omitempty" doc:"How long the access token lives from now on, such as 15m: from 10s to 1h. Absent is 15m. It never shortens the life of the token."`
}

// AccessToken is an access token as its opening answers, with its value.
type AccessToken struct {
	AccessTokenLife
	Value  secret.Value `json:"access_token"`
	Scopes []string     `json:"scopes"`
}

// AccessTokenLife says how long an access token lives.
type AccessTokenLife struct {
	ID        string    `json:"id" doc:"The access token."`
	ExpiresAt time.Time `json:"expires_at" doc:"When it ends by itself."`
	ExpiresIn int64     `json:"expires_in" doc:"Whole seconds until then, whatever the clock of the caller says."`
	// EndsAtLatest lets a client know when no extension helps any more.
	EndsAtLatest time.Time `json:"ends_at_latest" doc:"When it ends at the latest, however often it is extended: 12 hours after it was opened, or with the version of the scoped token that it was made from."`
}

// The texts of RFC 8693 that an exchange is sent with, and answered with.
const (
	GrantTokenExchange   = "urn:ietf:params:oauth:grant-type:token-exchange"
	TokenTypeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	TokenTypeJWT         = "urn:ietf:params:oauth:token-type:jwt"
)

// Exchanged is the answer of an exchange, with the value of the access token.
type Exchanged struct {
	Value     secret.Value `json:"access_token"`
	ExpiresIn int64        `json:"expires_in"`
	Scope     string       `json:"scope"`
	ID        string       `json:"id"`
}
