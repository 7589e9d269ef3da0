package api

// connectorTypes is the one table of what every type of connector takes. The platform's checks, the provider's
// validators and the reference pages are made of it. The forms are those that the services document, in our words;
// where a service documents no form, any text without spaces is taken.
var connectorTypes = []connectorType{
	{
		name: "custom", source: "your own application", anyKey: true,
	},
	{
		name: "discord", source: "discord.com/developers/docs",
		settings: []entry{
			{key: "default_channel", form: someText},
			{key: "guild_id", form: snowflake},
		},
		credentials: []entry{
			{key: "bot_token", form: oneWord},
			{key: "client_secret", form: oneWord},
			{key: "url", form: discordURL},
		},
		oneOf: [][]string{{"bot_token"}, {"url"}},
	},
	{
		name: "microsoft_teams", source: "learn.microsoft.com/microsoftteams/platform",
		settings: []entry{
			{key: "default_channel", form: someText},
			{key: "team_id", form: someText},
			{key: "tenant_id", form: someText},
		},
		credentials: []entry{
			{key: "client_id", form: guid},
			{key: "client_secret", form: oneWord},
			{key: "security_token", form: base64Text},
			{key: "url", form: secretURL},
		},
		oneOf: [][]string{{"url"}, {"client_id", "client_secret"}, {"security_token"}},
	},
	{
		name: TypeOAuth2, source: "RFC 6749 and the authorization server's own documentation",
		settings: []entry{
			{key: SettingAuthStyle, form: oneOfTexts(AuthStyleBasic, AuthStylePost)},
			{key: SettingClientID, form: oneLine, required: true},
			{key: SettingScopes, form: scopeList},
			{key: SettingTokenURL, form: tokenURL, required: true},
		},
		credentials: []entry{
			{key: CredentialClientSecret, form: oneLine},
			{key: CredentialRefreshToken, form: oneWord},
		},
		oneOf: [][]string{{CredentialClientSecret}, {CredentialRefreshToken}},
	},
	{
		name: "sendgrid", source: "twilio.com/docs/sendgrid",
		settings: []entry{
			{key: "from", form: mailAddress},
			{key: "region", form: oneOfTexts("global", "eu")},
		},
		credentials: []entry{{key: "api_key", form: sendgridKey, required: true}},
	},
	{
		name: "slack", source: "docs.slack.dev/authentication/tokens and docs.slack.dev/messaging",
		settings: []entry{
			{key: "default_channel", form: someText},
			{key: "team_id", form: slackID},
		},
		credentials: []entry{
			{key: "app_token", form: beginning("xapp-")},
			{key: "bot_token", form: beginning("xoxb-", "xoxe.xoxb-")},
			{key: "client_secret", form: oneWord},
			{key: "refresh_token", form: beginning("xoxe-")},
			{key: "signing_secret", form: oneWord},
			{key: "url", form: slackURL},
			{key: "user_token", form: beginning("xoxp-", "xoxe.xoxp-")},
		},
		oneOf: [][]string{{"bot_token"}, {"user_token"}, {"url"}},
	},
	{
		name: "smtp", source: "RFC 5321 and RFC 4954",
		settings: []entry{
			{key: "from", form: mailAddress},
			{key: "host", form: mailHost, required: true},
			{key: "port", form: portNumber},
			{key: "tls", form: oneOfTexts("starttls", "implicit", "none")},
		},
		credentials: []entry{
			{key: "password", form: oneLine, required: true},
			{key: "username", form: oneLine, required: true},
		},
	},
	{
		name: "twilio", source: "twilio.com/docs/messaging/api and twilio.com/docs/iam",
		settings: []entry{
			{key: "account_sid", form: twilioSID("AC"), required: true},
			{key: "from", form: twilioSender},
			{key: "messaging_service_sid", form: twilioSID("MG")},
		},
		credentials: []entry{
			{key: "api_key_secret", form: oneWord},
			{key: "api_key_sid", form: twilioSID("SK")},
			{key: "auth_token", form: oneWord},
		},
		oneOf: [][]string{{"auth_token"}, {"api_key_sid", "api_key_secret"}},
	},
	{
		name: "webhook", source: "the receiver's own documentation",
		settings: []entry{
			{key: "method", form: oneOfTexts("POST", "PUT")},
			{key: "url", form: plainURL},
		},
		credentials: []entry{
			{key: "bearer_token", form: oneWord},
			{key: "password", form: oneLine},
			{key: "signing_secret", form: oneWord},
			{key: "url", form: secretURL},
			{key: "username", form: oneLine},
		},
		oneOf: [][]string{{"url"}, {"bearer_token"}, {"username", "password"}, {"signing_secret"}},
	},
}
