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

# A receiver whose URL is a secret, behind a gateway that wants a header. Neither is in the state or in a plan.
variable "partner_url" {
  type      = string
  ephemeral = true
}

variable "partner_api_key" {
  type      = string
  ephemeral = true
}

resource "quickconnect_webhook_endpoint" "partner" {
  name                  = "partner"
  connector_id          = quickconnect_connector.shop.id
  url_wo                = var.partner_url
  headers_wo            = { "X-Api-Key" = var.partner_api_key }
  event_types           = ["message.*"]
  rate_limit_per_second = 10
}
