# The tokens of one team, and when each was last used.
data "quickconnect_scoped_tokens" "team" {
  owner = "team-notifier"
}

output "last_used" {
  value = { for t in data.quickconnect_scoped_tokens.team.scoped_tokens : t.name => t.last_used_at }
}
