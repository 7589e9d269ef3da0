# With a token of role security.
resource "quickconnect_environment_policy" "staging" {
  forbid_wildcard_scopes  = true
  forbid_weak_credentials = true
  max_scopes_per_token    = 8
  max_overlap             = "7d"

  max_rotation_interval = {
    default  = "180d"
    by_label = [{ label = "sensitivity", value = "high", interval = "30d" }]
  }

  # What nobody has used for so long is put in quarantine. Every plan warns of it for 14 days before.
  max_unused = "180d"

  # This waits for a person with role approver.
  require_approval = ["force_promote"]

  on_finding         = { leaked = "revoke", new_network = "quarantine" }
  finding_thresholds = { learning = "7d", failures_per_hour = 20 }
}
