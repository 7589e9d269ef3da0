# One identity for each phase of a run: what plans may change nothing.
resource "quickconnect_workload_identity" "hcp" {
  for_each = { plan = "planner", apply = "deployer" }

  name     = "hcp-${each.key}"
  owner    = "team-platform"
  role     = each.value
  preset   = "hcp_terraform"
  audience = var.audience
  # HCP Terraform does not renew the JWT of a phase, so one access token has to last.
  max_ttl = "1h"
  claims = {
    terraform_organization_id = "org-GRNbCjYNpBB6NEBH"
    terraform_workspace_id    = "ws-mbsd5E3Ktt5Rg2Xm"
    terraform_run_phase       = each.key
  }
}
