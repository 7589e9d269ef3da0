# Connectors whose credentials are overdue, with everything but the credentials.
list "quickconnect_connector" "overdue" {
  provider         = quickconnect
  include_resource = true

  config {
    overdue = true
  }
}
