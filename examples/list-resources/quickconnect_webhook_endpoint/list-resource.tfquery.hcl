# Endpoints by the beginning of their name, to import them.
list "quickconnect_webhook_endpoint" "orders" {
  provider         = quickconnect
  include_resource = true

  config {
    name_prefix = "orders-"
  }
}
