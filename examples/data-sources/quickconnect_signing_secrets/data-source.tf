# The signing secrets of one endpoint. During a change of the algorithm there are two.
data "quickconnect_webhook_endpoint" "orders" {
  name = "orders"
}

data "quickconnect_signing_secrets" "orders" {
  endpoint_id = data.quickconnect_webhook_endpoint.orders.id
}

output "algorithms" {
  value = data.quickconnect_signing_secrets.orders.signing_secrets[*].algorithm
}
