# Facts about the token, none of them secret, and none that moves without an apply.
output "notifier" {
  value = {
    version          = quickconnect_scoped_token.notifier.version
    next_rotation_at = quickconnect_scoped_token.notifier.rotation.next_rotation_at
  }
}
