# The receiver gets an event after each change of its endpoint.
resource "quickconnect_webhook_endpoint" "orders" {
  name         = "orders"
  connector_id = quickconnect_connector.shop.id
  url          = "https://hooks.example.com/orders"
  event_types  = ["message.*"]

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.quickconnect_send_test_event.orders]
    }
  }
}

action "quickconnect_send_test_event" "orders" {
  config {
    endpoint_id = quickconnect_webhook_endpoint.orders.id
    event_type  = "message.delivered"
  }
}
