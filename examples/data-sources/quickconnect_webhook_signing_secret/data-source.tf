# The metadata of a signing secret: its owner, its age, its last use. There is no value.
data "quickconnect_webhook_signing_secret" "orders" {
  name = "orders"
}

output "orders" {
  value = {
    owner        = data.quickconnect_webhook_signing_secret.orders.owner
    version      = data.quickconnect_webhook_signing_secret.orders.version
    last_used_at = data.quickconnect_webhook_signing_secret.orders.last_used_at
  }
}
