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

# The environment variables say who acts. In CI, QUICKCONNECT_IDENTITY names the workload identity of the job, ci-plan or
# ci-apply, and no secret is stored. On your machine, QUICKCONNECT_TOKEN has the token of a principal. Both at once are an
# error. With an identity, or a token, of another environment nothing is planned.
provider "quickconnect" {
  tenant      = "acme"
  environment = "staging"
}

variable "slack_bot_token" {
  description = "The credentials of the Slack app of this environment. Only a run that sets them needs it: CI has none."
  type        = string
  default     = null
  ephemeral   = true
}

module "alerts" {
  source = "../../module"

  name           = "alerts"
  owner          = "messaging@example.com"
  type           = "slack"
  allowed_scopes = ["messages:send"]
  credentials    = var.slack_bot_token == null ? null : { bot_token = var.slack_bot_token }
  rotation       = { interval = "7d" }
  tokens         = { notifier = { scopes = ["messages:send"] } }
}
