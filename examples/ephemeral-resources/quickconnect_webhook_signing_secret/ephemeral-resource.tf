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
  name     = "quarterly"
  interval = "90d"
}

resource "quickconnect_webhook_signing_secret" "orders" {
  name               = "orders"
  owner              = "team-orders"
  endpoint_id        = quickconnect_webhook_endpoint.orders.id
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id
}

ephemeral "quickconnect_webhook_signing_secret" "orders" {
  id = quickconnect_webhook_signing_secret.orders.id
}

# Gives both values to the receiver when there is a new version, and removes the old value when its version has ended.
# Otherwise the receiver would continue to trust it. `other_value` is null unless a rotation is in progress.
resource "terraform_data" "handover" {
  triggers_replace = [
    quickconnect_webhook_signing_secret.orders.version,
    quickconnect_webhook_signing_secret.orders.rotation.phase,
  ]

  provisioner "local-exec" {
    command = "test -n \"$SECRETS\"" # your deployment
    environment = {
      SECRETS = jsonencode(compact([
        ephemeral.quickconnect_webhook_signing_secret.orders.value,
        ephemeral.quickconnect_webhook_signing_secret.orders.other_value,
      ]))
    }
  }
}
