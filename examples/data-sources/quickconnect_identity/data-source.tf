data "quickconnect_identity" "this" {}

# Fails the plan where the token of a wider role is used than the pipeline needs.
check "least_privilege" {
  assert {
    condition     = contains(["planner", "deployer"], data.quickconnect_identity.this.role)
    error_message = "This configuration is planned as planner and applied as deployer, not as ${data.quickconnect_identity.this.role}."
  }
}
