terraform {
  required_providers {
    quickconnect = { source = "quickconnect/quickconnect" }
  }
}

variable "name" {
  type = string
}

variable "key" {
  type = string
}

variable "scopes" {
  type = set(string)
}

resource "quickconnect_connector" "this" {
  name           = var.name
  owner          = "team-partners@example.com.test"
  type           = "custom"
  credentials_wo = { key = var.key }
}

resource "quickconnect_scoped_token" "this" {
  for_each = toset(["a.b\"]"])

  name         = "${var.name}-job"
  owner        = "team-partners@example.com"
  connector_id = quickconnect_connector.this.id
  scopes       = var.scopes
  expires_at   = "2099-01-01T00:00:00Z"
}
