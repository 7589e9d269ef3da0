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
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}

ephemeral "quickconnect_scoped_token" "notifier" {
  id = quickconnect_scoped_token.notifier.id
}

# Use the value wherever Terraform accepts ephemeral values: in a write-only argument of another provider, in a provider
# configuration, or in a command as here. `version` changes when there is a new value.
resource "terraform_data" "deploy" {
  triggers_replace = quickconnect_scoped_token.notifier.version

  provisioner "local-exec" {
    command = "test -n \"$TOKEN\"" # your deployment
    environment = {
      TOKEN = ephemeral.quickconnect_scoped_token.notifier.value
    }
  }
}
