# Who is on call may hold, quarantine and rotate. The operator of the platform has added the issuer "corp".
resource "quickconnect_role_binding" "on_call" {
  issuer = "corp"
  group  = "on-call"
  role   = "operator"
}
