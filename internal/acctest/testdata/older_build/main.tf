variable "slack_token" {
  type      = string
  ephemeral = true
}

variable "signing_secret" {
  type      = string
  ephemeral = true
}

resource "quickconnect_rotation_policy" "monthly" {
  name     = "monthly"
  interval = "30d"
  max_age  = "60d"
  labels   = { team = "messaging" }
}

resource "quickconnect_rotation_policy" "quick" {
  name                    = "quick"
  interval                = "30d"
  overlap                 = "12h"
  require_acknowledgement = false
}

resource "quickconnect_connector" "slack" {
  name               = "slack"
  owner              = "messaging@example.com"
  type               = "slack"
  allowed_scopes     = ["messages:send", "messages:read"]
  credentials_wo     = { bot_token = var.slack_token }
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
}

resource "quickconnect_scoped_token" "notifier" {
  name                = "notifier"
  description         = "Sends the alerts."
  owner               = "team-notifier"
  connector_id        = quickconnect_connector.slack.id
  scopes              = ["messages:send"]
  allowed_cidrs       = ["10.0.0.0/8"]
  rotation_policy_id  = quickconnect_rotation_policy.monthly.id
  rotate_when_changed = { release = "1" }
  deletion_protection = true
}

resource "quickconnect_scoped_token" "mailer" {
  name               = "mailer"
  owner              = "team-mailer"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:read"]
  rotation_policy_id = quickconnect_rotation_policy.quick.id
  minimum_version    = 1
}

resource "quickconnect_scoped_token" "dated" {
  name         = "dated"
  owner        = "team-mailer"
  connector_id = quickconnect_connector.slack.id
  scopes       = ["messages:read"]
  expires_at   = "2027-05-01T12:00:00Z"
}

resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.slack.id
  url          = "https://hooks.example.com/orders"
  event_types  = ["message.delivered", "message.failed"]
}

resource "quickconnect_webhook_signing_secret" "issued" {
  name               = "issued"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
}

resource "quickconnect_webhook_signing_secret" "keys" {
  name               = "keys"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  algorithm          = "ed25519"
  rotation_policy_id = quickconnect_rotation_policy.quick.id
}

resource "quickconnect_webhook_signing_secret" "supplied" {
  name               = "supplied"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  secret_wo          = var.signing_secret
  rotation_policy_id = quickconnect_rotation_policy.monthly.id
}
