# An endpoint that another configuration manages.
data "quickconnect_webhook_endpoint" "orders" {
  name = "orders"
}

output "orders" {
  value = {
    id            = data.quickconnect_webhook_endpoint.orders.id
    failing_since = data.quickconnect_webhook_endpoint.orders.failing_since
  }
}
