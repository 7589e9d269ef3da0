# What nobody has used for 90 days, and what is older than its policy allows. Each check is a warning of the plan, and no error.
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

# What to look at first.
data "quickconnect_credentials" "riskiest" {
  riskiest = true
  limit    = 10
}

output "riskiest" {
  value = [
    for c in data.quickconnect_credentials.riskiest.credentials : "${c.risk} ${c.id} ${join(" ", c.risk_reasons)}"
  ]
}
