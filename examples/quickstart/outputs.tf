# Facts about the token, none of them secret.
output "notifier" {
  value = {
    version          = quickconnect_scoped_token.notifier.version
    phase            = quickconnect_scoped_token.notifier.rotation.phase
    last_rotated_at  = quickconnect_scoped_token.notifier.rotation.last_rotated_at
    next_rotation_at = quickconnect_scoped_token.notifier.rotation.next_rotation_at
  }
}
