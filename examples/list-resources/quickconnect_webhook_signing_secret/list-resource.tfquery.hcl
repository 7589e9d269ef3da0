# Signing secrets with a label.
list "quickconnect_webhook_signing_secret" "legacy" {
  provider = quickconnect

  config {
    label = "origin=by-hand"
  }
}
