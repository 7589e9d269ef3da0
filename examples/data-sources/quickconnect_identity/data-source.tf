data "quickconnect_identity" "this" {}

# Every plan warns if the token's role is wider than the pipeline needs.
check "least_privilege" {
  assert {
    condition     = contains(["planner", "deployer"], data.quickconnect_identity.this.role)
    error_message = "This configuration is planned as planner and applied as deployer, not as ${data.quickconnect_identity.this.role}."
  }
}
