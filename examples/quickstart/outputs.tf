# Facts about the token, none of them secret, and none that a rotation policy moves behind the back of an apply. `version` changes in
# an apply of the token, or where the handover has to follow it anyway. rotation.next_rotation_at would not do: an apply that edits
# the policy's interval moves it on the platform, and the plan after it has a changed output (exit code 2).
output "notifier" {
  value = {
    id      = quickconnect_scoped_token.notifier.id
    version = quickconnect_scoped_token.notifier.version
  }
}
