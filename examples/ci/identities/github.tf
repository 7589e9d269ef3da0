locals {
  # gh api repos/ORG/REPO --jq '.owner.id, .id'
  github_repository = {
    repository_owner_id = "1042"
    repository_id       = "730912"
  }
}

# Every pull request of the repository. A planner may reveal: where pull requests must not, give it the role auditor, which
# is enough for a plan without ephemeral resources.
resource "quickconnect_workload_identity" "github_plan" {
  name     = "ci-plan"
  owner    = "team-platform"
  role     = "planner"
  preset   = "github_actions"
  audience = var.audience
  claims   = merge(local.github_repository, { event_name = "pull_request" })
}

# Jobs of the main branch that run in the GitHub environment of the same name.
resource "quickconnect_workload_identity" "github_apply" {
  name     = "ci-apply"
  owner    = "team-platform"
  role     = "deployer"
  preset   = "github_actions"
  audience = var.audience
  claims = merge(local.github_repository, {
    ref         = "refs/heads/main"
    environment = var.environment
  })
}
