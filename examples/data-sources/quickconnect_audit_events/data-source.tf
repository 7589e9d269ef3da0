# Who revealed a value since the beginning of May.
data "quickconnect_audit_events" "reveals" {
  action = "reveal"
  since  = "2026-05-01T00:00:00Z"
}

output "reveals" {
  value = [for e in data.quickconnect_audit_events.reveals.events : "${e.at} ${e.actor} ${e.object_id}"]
}
