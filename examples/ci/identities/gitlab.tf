locals {
  # The project's page in GitLab shows its id.
  gitlab_project = { project_id = "20481" }
}

# Every merge request of the project itself: those of forks have the ids of the fork.
resource "quickconnect_workload_identity" "gitlab_plan" {
  name     = "gitlab-plan"
  owner    = "team-platform"
  role     = "planner"
  preset   = "gitlab"
  audience = var.audience
  claims   = merge(local.gitlab_project, { pipeline_source = "merge_request_event" })
}

# Jobs of the protected main branch that run in the GitLab environment of the same name.
resource "quickconnect_workload_identity" "gitlab_apply" {
  name     = "gitlab-apply"
  owner    = "team-platform"
  role     = "deployer"
  preset   = "gitlab"
  audience = var.audience
  claims = merge(local.gitlab_project, {
    ref           = "main"
    ref_type      = "branch"
    ref_protected = "true"
    environment   = var.environment
  })
}
