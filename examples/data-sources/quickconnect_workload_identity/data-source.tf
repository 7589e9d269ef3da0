# An identity that the platform team manages for all teams.
data "quickconnect_workload_identity" "deploy" {
  name = "deploy"
}

output "deploys_from" {
  value = data.quickconnect_workload_identity.deploy.claims["repository_id"]
}
