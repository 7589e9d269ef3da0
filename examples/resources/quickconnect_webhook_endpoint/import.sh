# By name, or by id (wep_…).
terraform import quickconnect_webhook_endpoint.orders orders
