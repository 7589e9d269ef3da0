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

# Limits the age of a signing secret, and sets how long the old and the new one both sign.
resource "quickconnect_rotation_policy" "signing" {
  name     = "signing"
  interval = var.interval
  overlap  = var.overlap
}

resource "quickconnect_connector" "shop" {
  name  = "shop"
  owner = "messaging@example.com"
  type  = "custom"
}

# Where the platform delivers the events of the connector.
resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = var.url
  event_types  = ["message.delivered"]
}

# The key that signs the deliveries. The platform issues it, and it is never in Terraform's state.
resource "quickconnect_webhook_signing_secret" "orders" {
  name               = "orders"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.signing.id

  # A changed value requests a rotation before it is due.
  rotate_when_changed = {
    release = var.release
  }
}

# The valid secrets, two during a rotation. They exist during the run only.
ephemeral "quickconnect_webhook_signing_secret" "orders" {
  id = quickconnect_webhook_signing_secret.orders.id
}

# Hands both to a receiver from examples/receivers, which reads this file for every request. It follows `version`, so that
# the receiver gets a new secret in the apply that issues it, and `rotation.phase`, so that the next plan removes a secret
# that has ended (retired, cancelled or revoked). Otherwise the receiver would continue to trust it.
resource "terraform_data" "receiver" {
  triggers_replace = [
    var.receiver_file,
    quickconnect_webhook_endpoint.orders.id,
    quickconnect_webhook_signing_secret.orders.version,
    quickconnect_webhook_signing_secret.orders.rotation.phase,
  ]

  provisioner "local-exec" {
    command = "umask 077 && printf '%s' \"$CONFIG\" >\"$FILE.new\" && mv \"$FILE.new\" \"$FILE\""
    environment = {
      FILE = var.receiver_file
      CONFIG = jsonencode({
        tenant      = quickconnect_webhook_endpoint.orders.tenant
        environment = quickconnect_webhook_endpoint.orders.environment
        endpoint_id = quickconnect_webhook_endpoint.orders.id
        event_types = quickconnect_webhook_endpoint.orders.event_types
        secrets = [
          ephemeral.quickconnect_webhook_signing_secret.orders.value,
          ephemeral.quickconnect_webhook_signing_secret.orders.other_value,
        ]
      })
    }
  }
}
