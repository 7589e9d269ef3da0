package api

// TypeOAuth2 is the type of a connector whose consumers get access tokens of an authorization server (RFC 6749), which
// the platform renews.
const TypeOAuth2 = "oauth2"

// The settings and the credentials of a connector of type oauth2.
const (
	SettingAuthStyle = "auth_style"
	SettingClientID  = "client_id"
	SettingScopes    = "scopes"
	SettingTokenURL  = "token_url"

	CredentialClientSecret = "client_secret"
	CredentialRefreshToken = "refresh_token"
)

// How the platform shows an authorization server who it is (OpenID Connect Core, 9).
const (
	AuthStyleBasic = "client_secret_basic"
	AuthStylePost  = "client_secret_post"
)

// States of the access token of a connector of type oauth2.
const (
	RefreshPending  = "pending"
	RefreshCurrent  = "current"
	RefreshRetrying = "retrying"
	RefreshFailed   = "refresh_failed"
)
