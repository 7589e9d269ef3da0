# The oldest tokens of one team. The default limit is 100.
list "quickconnect_scoped_token" "old" {
  provider = quickconnect
  limit    = 500

  config {
    owner      = "team-messaging@example.com"
    older_than = "90d"
  }
}
