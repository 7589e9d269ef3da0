# Every rotation policy of the environment.
data "quickconnect_rotation_policies" "all" {}

output "intervals" {
  value = { for p in data.quickconnect_rotation_policies.all.rotation_policies : p.name => p.interval }
}
