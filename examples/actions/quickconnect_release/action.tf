# terraform apply -invoke=action.quickconnect_release.notifier
action "quickconnect_release" "notifier" {
  config {
    id     = quickconnect_scoped_token.notifier.id
    reason = "INC-4711 is closed"
  }
}
