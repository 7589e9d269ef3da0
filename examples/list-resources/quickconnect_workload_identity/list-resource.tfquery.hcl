# The identities of one team, whatever made them.
list "quickconnect_workload_identity" "team" {
  provider = quickconnect

  config {
    owner = "team-platform"
  }
}
