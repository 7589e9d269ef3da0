# One connector with its rotation policy, its tokens, and where its events are delivered.

resource "quickconnect_rotation_policy" "this" {
  name                    = var.name
  interval                = var.rotation.interval
  overlap                 = var.rotation.overlap
  require_acknowledgement = var.rotation.require_acknowledgement
}

resource "quickconnect_connector" "this" {
  name                   = var.name
  owner                  = var.owner
  type                   = var.type
  settings               = var.settings
  allowed_scopes         = var.allowed_scopes
  credentials_wo         = var.credentials
  credentials_wo_version = var.credentials_version
}

resource "quickconnect_scoped_token" "this" {
  for_each = var.tokens

  name                = "${var.name}-${each.key}"
  owner               = coalesce(each.value.owner, var.owner)
  connector_id        = quickconnect_connector.this.id
  scopes              = each.value.scopes
  rotation_policy_id  = quickconnect_rotation_policy.this.id
  rotate_when_changed = each.value.rotate_when_changed
  deletion_protection = var.deletion_protection
}

resource "quickconnect_webhook_endpoint" "this" {
  count = var.webhook == null ? 0 : 1

  name         = var.name
  connector_id = quickconnect_connector.this.id
  url          = var.webhook.url
  event_types  = var.webhook.event_types
}

resource "quickconnect_webhook_signing_secret" "this" {
  count = var.webhook == null ? 0 : 1

  name                = var.name
  owner               = var.owner
  endpoint_id         = quickconnect_webhook_endpoint.this[0].id
  rotation_policy_id  = quickconnect_rotation_policy.this.id
  deletion_protection = var.deletion_protection
}
