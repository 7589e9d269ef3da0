# terraform apply -invoke=action.quickconnect_hold.notifier
action "quickconnect_hold" "notifier" {
  config {
    id     = quickconnect_scoped_token.notifier.id
    reason = "INC-4711: the token may have leaked"
  }
}
