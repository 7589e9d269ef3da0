# A connector that another configuration manages.
data "quickconnect_connector" "slack" {
  name = "slack"
}

resource "quickconnect_scoped_token" "reporter" {
  name         = "reporter"
  owner        = "team-reporting"
  connector_id = data.quickconnect_connector.slack.id
  scopes       = ["messages:send"]
  expires_at   = "2099-01-31T12:00:00Z"
}

output "slack_credentials" {
  value = {
    owner  = data.quickconnect_connector.slack.owner
    status = data.quickconnect_connector.slack.credentials_status
    set_at = data.quickconnect_connector.slack.credentials_set_at
  }
}
