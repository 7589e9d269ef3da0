# The connectors of one team.
data "quickconnect_connectors" "messaging" {
  owner = "messaging@example.com"
}

output "connectors" {
  value = { for c in data.quickconnect_connectors.messaging.connectors : c.name => c.credentials_status }
}
