resource "quickconnect_connector" "shop" {
  name  = "shop"
  owner = "messaging@example.com"
  type  = "custom"
}

# The platform delivers nothing before the endpoint has a quickconnect_webhook_signing_secret.
resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = "https://hooks.example.com/quickconnect"
  event_types  = ["message.delivered", "message.failed"]
}
