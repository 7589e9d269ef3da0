output "connector_id" {
  description = "Id of the connector."
  value       = quickconnect_connector.this.id
}

output "tokens" {
  description = "Id of each token, for the ephemeral resource that reads its value, and the version that a sink follows."
  value       = { for name, t in quickconnect_scoped_token.this : name => { id = t.id, version = t.version } }
}

output "signing_secret" {
  description = "Id of the signing secret, and the number that a sink follows which holds both values. Null without a webhook."
  value       = one([for s in quickconnect_webhook_signing_secret.this : { id = s.id, handover = s.handover }])
}
