# The metadata of a token: its owner, its age, its last use. There is no value.
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
