# Breaks every rule of examples/policies. TestPoliciesRefuse has the list.

variable "crm_password" {
  type    = string
  default = "hunter2-of-the-test"
}

variable "crm_user" {
  type = string
}

locals {
  scopes = ["messages:*"]
}

resource "quickconnect_rotation_policy" "slow" {
  for_each = toset(["one"])

  name     = "slow-${each.key}"
  interval = "90d"
  overlap  = "3d1s"
}

resource "quickconnect_connector" "literal" {
  name           = "literal"
  owner          = "jane.doe@example.com"
  type           = "custom"
  allowed_scopes = ["files:*", "messages:send"]
  credentials_wo = { password = "hunter2-of-the-test" }
}

resource "quickconnect_connector" "default" {
  name               = "default"
  owner              = "team-crm"
  type               = "custom"
  rotation_policy_id = quickconnect_rotation_policy.slow["one"].id
  credentials_wo     = { user = var.crm_user, password = var.crm_password }
}

module "partner" {
  source = "./partner"
  count  = 2

  name   = "partner-${count.index}"
  key    = "key-of-the-test"
  scopes = local.scopes
}

# A value in a resource of another provider. The test gives it.
variable "leaked" {
  type = string
}

resource "terraform_data" "receiver" {
  input = "token=${var.leaked}"
}
