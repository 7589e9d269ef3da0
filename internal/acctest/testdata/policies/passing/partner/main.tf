terraform {
  required_providers {
    quickconnect = { source = "quickconnect/quickconnect" }
  }
}

variable "name" {
  type = string
}

variable "credentials" {
  type      = map(string)
  ephemeral = true
}

variable "policy" {
  type = string
}

resource "quickconnect_connector" "this" {
  name               = var.name
  owner              = "team-partners@example.com"
  type               = "custom"
  rotation_policy_id = var.policy
  credentials_wo     = var.credentials
}

resource "quickconnect_scoped_token" "this" {
  count = 1

  name               = "${var.name}-job"
  owner              = "team-partners@example.com"
  connector_id       = quickconnect_connector.this.id
  scopes             = ["messages:send"]
  rotation_policy_id = var.policy
}
