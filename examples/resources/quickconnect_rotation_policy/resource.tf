resource "quickconnect_rotation_policy" "quarterly" {
  name        = "quarterly"
  description = "What the security handbook asks of every token that leaves the platform."

  interval     = "90d"  # a rotation falls due
  max_age      = "120d" # from here on it is overdue, and every plan says so
  overlap      = "24h"  # old and new are both accepted
  max_stage    = "7d"   # how long a new token may wait for its first use
  quiet_period = "2h"   # unused for this long, the old one may be retired before the overlap ends
}

# For consumers that take the new value at once and need no proof that it is in use.
resource "quickconnect_rotation_policy" "nightly" {
  name                    = "nightly"
  interval                = "1d"
  overlap                 = "1h"
  require_acknowledgement = false
}
