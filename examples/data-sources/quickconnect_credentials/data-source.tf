# For a nightly plan: what nobody has used for 90 days, what is older than its policy allows, and what nobody certifies any more.
# A check that fails is a warning of the plan, and no error: the exit code stays 0.
data "quickconnect_credentials" "unused" {
  unused_for = "90d"
}

check "unused" {
  assert {
    condition = length(data.quickconnect_credentials.unused.credentials) == 0
    error_message = format("Not used for 90 days: %s.", join(", ", [
      for c in data.quickconnect_credentials.unused.credentials : "${c.name} (${c.id}) of ${coalesce(c.owner, "nobody")}"
    ]))
  }
}

data "quickconnect_credentials" "overdue" {
  overdue = true
}

check "overdue" {
  assert {
    condition = length(data.quickconnect_credentials.overdue.credentials) == 0
    error_message = format("Older than their rotation policy allows: %s.", join(", ", [
      for c in data.quickconnect_credentials.overdue.credentials : "${c.name} (${c.id}) of ${coalesce(c.owner, "nobody")}"
    ]))
  }
}

data "quickconnect_credentials" "uncertified" {
  certification_ended = true
}

check "certification_ended" {
  assert {
    condition = length(data.quickconnect_credentials.uncertified.credentials) == 0
    error_message = format("Certification ended: %s.", join(", ", [
      for c in data.quickconnect_credentials.uncertified.credentials : "${c.name} (${c.id}) of ${c.owner}, on ${c.certified_until}"
    ]))
  }
}
