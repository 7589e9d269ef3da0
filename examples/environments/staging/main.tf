terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }

  # Each environment has a state of its own. In a team, use a backend that locks and that encrypts at rest, such as s3, gcs
  # or azurerm, with a path and access rights for each environment.
  backend "local" {
    path = "staging.tfstate"
  }
}

# The token in QUICKCONNECT_TOKEN belongs to one environment. With the token of another one nothing is planned.
provider "quickconnect" {
  tenant      = "acme"
  environment = "staging"
}

variable "slack_bot_token" {
  description = "The credentials of the Slack app of this environment."
  type        = string
  ephemeral   = true
}

module "alerts" {
  source = "../../module"

  name           = "alerts"
  owner          = "messaging@example.com"
  type           = "slack"
  allowed_scopes = ["messages:send"]
  credentials    = { bot_token = var.slack_bot_token }
  rotation       = { interval = "7d" }
  tokens         = { notifier = { scopes = ["messages:send"] } }
}
