# Every workload identity of the environment, and when it was last used.
data "quickconnect_workload_identities" "all" {}

output "last_used" {
  value = { for w in data.quickconnect_workload_identities.all.workload_identities : w.name => w.last_used_at }
}
