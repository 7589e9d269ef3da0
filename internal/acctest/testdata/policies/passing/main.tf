# Keeps every rule of examples/policies, and comes as close to breaking each as it can.

variable "crm" {
  type      = object({ user = string, password = string })
  ephemeral = true
}

variable "send_at_once" {
  type    = bool
  default = true
}

resource "quickconnect_rotation_policy" "quick" {
  name     = "quick"
  interval = "90d"
  overlap  = "2d24h"
}

# No credentials, so nothing to rotate.
resource "quickconnect_connector" "empty" {
  name           = "empty"
  owner          = "team-crm@example.com"
  type           = "custom"
  description    = "Every message: messages:*"
  allowed_scopes = ["messages:read", "messages:send"]
}

# A switch that is no secret decides whether the credentials are sent.
resource "quickconnect_connector" "crm" {
  name               = "crm"
  owner              = "team-crm@example.com"
  type               = "custom"
  rotation_policy_id = quickconnect_rotation_policy.quick.id
  credentials_wo     = var.send_at_once ? var.crm : null
}

module "partner" {
  source   = "./partner"
  for_each = toset(["east", "west"])

  name        = "partner-${each.key}"
  credentials = var.crm
  policy      = quickconnect_rotation_policy.quick.id
}

# It looks like a value of ours, and is one character short.
resource "terraform_data" "receiver" {
  input = "qct_01234567890123456789012345678901234"
}
