# terraform apply -invoke=action.quickconnect_probe.orders
action "quickconnect_probe" "orders" {
  config {
    endpoint_id = quickconnect_webhook_endpoint.orders.id
  }
}
