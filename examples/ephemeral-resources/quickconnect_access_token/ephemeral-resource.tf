resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"
}

resource "quickconnect_rotation_policy" "quarterly" {
  name     = "quarterly"
  interval = "90d"
}

resource "quickconnect_scoped_token" "notifier" {
  name               = "notifier"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send", "messages:read"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}

# Lives while the run needs it, and may do less than the scoped token.
ephemeral "quickconnect_access_token" "smoke_test" {
  scoped_token_id = quickconnect_scoped_token.notifier.id
  scopes          = ["messages:send"]
  ttl             = "5m"
}

resource "terraform_data" "smoke_test" {
  triggers_replace = quickconnect_scoped_token.notifier.version

  provisioner "local-exec" {
    command = "test -n \"$TOKEN\"" # your smoke test
    environment = {
      TOKEN = ephemeral.quickconnect_access_token.smoke_test.access_token
    }
  }
}
