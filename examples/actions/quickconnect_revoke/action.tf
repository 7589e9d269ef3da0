# terraform apply -invoke=action.quickconnect_revoke.notifier
action "quickconnect_revoke" "notifier" {
  config {
    id     = quickconnect_scoped_token.notifier.id
    below  = quickconnect_scoped_token.notifier.version
    reason = "INC-4711: the earlier versions have leaked"
  }
}
