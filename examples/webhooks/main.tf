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

# How old a signing secret may get, and how long the old and the new one both sign.
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

# Where the events of the connector go.
resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = var.url
  event_types  = ["message.delivered"]
}

# What they are signed with. The platform makes the secret; Terraform's state never has it.
resource "quickconnect_webhook_signing_secret" "orders" {
  name               = "orders"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.signing.id

  # A changed value asks for a rotation before its time.
  rotate_when_changed = {
    release = var.release
  }
}

# The valid secrets, for as long as the run lasts: two of them during a rotation.
ephemeral "quickconnect_webhook_signing_secret" "orders" {
  id = quickconnect_webhook_signing_secret.orders.id
}

# Hands both to the receiver: here one from examples/receivers, which reads this file anew for every request. It follows `version`, so that the
# receiver has a new secret from the apply that issues it, and `rotation.phase`, so that a plan takes away what has ended: a retired secret,
# a cancelled one, a revoked one. The receiver would go on to trust it.
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
