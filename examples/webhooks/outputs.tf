output "orders" {
  value = {
    endpoint_id = quickconnect_webhook_endpoint.orders.id
    version     = quickconnect_webhook_signing_secret.orders.version
  }
}
