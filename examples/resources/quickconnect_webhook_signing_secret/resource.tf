resource "quickconnect_connector" "shop" {
  name  = "shop"
  owner = "messaging@example.com"
  type  = "custom"
}

resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = "https://hooks.example.com/quickconnect"
}

resource "quickconnect_rotation_policy" "quarterly" {
  name      = "quarterly"
  interval  = "90d"
  max_stage = "7d"  # a new secret may wait this long for proof that the receiver knows it
  overlap   = "48h" # the replaced secret signs for this long too
}

# A secret that the platform issues and rotates.
resource "quickconnect_webhook_signing_secret" "orders" {
  name               = "orders"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id

  # A changed value requests a rotation before it is due.
  rotate_when_changed = {
    deployment = "2026-10"
  }
}

# A key pair. Receivers need only the public keys, which are in the state: quickconnect_webhook_signing_secret.audit.public_keys
resource "quickconnect_webhook_signing_secret" "audit" {
  name               = "audit"
  owner              = "team-audit"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  algorithm          = "ed25519"
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}

# A secret of your own. To rotate it, configure another value.
variable "partner_secret" {
  description = "whsec_ and 24 to 64 bytes in standard base64. Ephemeral: Terraform does not store it."
  type        = string
  ephemeral   = true
  default     = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" # for the example only
}

resource "quickconnect_webhook_signing_secret" "partner" {
  name               = "partner"
  owner              = "team-partners"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  secret_wo          = var.partner_secret
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}
