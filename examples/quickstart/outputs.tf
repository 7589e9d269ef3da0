# These values are not secret, and change only in an apply of the token, or where the handover must follow them anyway. Do
# not output rotation.next_rotation_at: an apply that edits the policy's interval changes it on the platform, and the next
# plan then has a changed output (exit code 2).
output "notifier" {
  value = {
    id      = quickconnect_scoped_token.notifier.id
    version = quickconnect_scoped_token.notifier.version
  }
}
