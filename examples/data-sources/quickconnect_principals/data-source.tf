# The static tokens of the environment that never end.
data "quickconnect_principals" "all" {}

output "tokens_without_end" {
  value = { for p in data.quickconnect_principals.all.principals : p.id => p.name if p.expires_at == null }
}
