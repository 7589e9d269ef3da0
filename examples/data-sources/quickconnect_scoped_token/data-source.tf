# What there is to know about a token, its value excepted: who owns it, how old it is, when it was last used.
data "quickconnect_scoped_token" "notifier" {
  name = "notifier"
}

output "notifier" {
  value = {
    owner        = data.quickconnect_scoped_token.notifier.owner
    last_used_at = data.quickconnect_scoped_token.notifier.last_used_at
    rotated_at   = data.quickconnect_scoped_token.notifier.rotation.last_rotated_at
    phase        = data.quickconnect_scoped_token.notifier.rotation.phase
  }
}
