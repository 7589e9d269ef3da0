terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}

# The endpoint and the token come from QUICKCONNECT_ENDPOINT and QUICKCONNECT_TOKEN.
provider "quickconnect" {
  tenant      = "acme"
  environment = "staging"
}

# Limits the age of a token, and sets how long the old and the new one are both accepted.
resource "quickconnect_rotation_policy" "tokens" {
  name     = "tokens"
  interval = var.interval
  overlap  = var.overlap
}

# One integration with an outside service. Its credentials go to the platform only. They are not in the plan and not in
# the state.
resource "quickconnect_connector" "slack" {
  name  = "slack"
  owner = "messaging@example.com"
  type  = "slack"

  settings = {
    team_id         = "T0123ABCD"
    default_channel = "#alerts"
  }
  credentials_wo = {
    bot_token = var.slack_bot_token
  }
  allowed_scopes = ["messages:send", "messages:read"]
}

# A token for one job. The platform issues its value, which is never in Terraform's state.
resource "quickconnect_scoped_token" "notifier" {
  name               = "notifier"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  rotation_policy_id = quickconnect_rotation_policy.tokens.id
}

# The value. It exists during the run only.
ephemeral "quickconnect_scoped_token" "notifier" {
  id = quickconnect_scoped_token.notifier.id
}

# Hands the value to the service that uses it, here in a file that only its owner can read. When `version` changes, the
# same apply hands over the new value. With a secret manager, use a write-only argument of its provider instead.
resource "terraform_data" "handover" {
  triggers_replace = quickconnect_scoped_token.notifier.version

  provisioner "local-exec" {
    command = "umask 077 && printf '%s' \"$TOKEN\" >\"$FILE.new\" && mv \"$FILE.new\" \"$FILE\""
    environment = {
      TOKEN = ephemeral.quickconnect_scoped_token.notifier.value
      FILE  = var.token_file
    }
  }
}
