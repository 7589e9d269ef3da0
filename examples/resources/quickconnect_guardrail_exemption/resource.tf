# With a token of role security. The token "archiver" need not exist yet.
resource "quickconnect_guardrail_exemption" "archiver" {
  kind       = "scoped-tokens"
  name       = "archiver"
  rule       = "max_scopes_per_token"
  reason     = "One token until the archive is split."
  expires_at = "2099-01-31T12:00:00Z"
}
