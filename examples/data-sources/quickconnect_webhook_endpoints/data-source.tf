# The endpoints with the label tier = "1" to which no delivery is accepted now.
data "quickconnect_webhook_endpoints" "first" {
  label = "tier=1"
}

output "failing" {
  value = [
    for e in data.quickconnect_webhook_endpoints.first.webhook_endpoints : e.name if e.failing_since != null
  ]
}
