# A policy that the security team manages for all teams.
data "quickconnect_rotation_policy" "quarterly" {
  name = "quarterly"
}

data "quickconnect_connector" "slack" {
  name = "slack"
}

resource "quickconnect_scoped_token" "reporter" {
  name               = "reporter"
  owner              = "team-reporting"
  connector_id       = data.quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = data.quickconnect_rotation_policy.quarterly.id
}
