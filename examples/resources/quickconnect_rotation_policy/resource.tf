resource "quickconnect_rotation_policy" "quarterly" {
  name        = "quarterly"
  description = "The rule of the security handbook for every token."

  interval     = "90d"  # a rotation is due
  max_age      = "120d" # it is overdue, and every plan warns
  overlap      = "24h"  # the old and the new value are both accepted
  max_stage    = "7d"   # a new token may wait this long for its first use
  quiet_period = "2h"   # if unused for this long, the old value may be retired before the overlap ends
}

# For consumers that take the new value at once, so that no proof of use is needed.
resource "quickconnect_rotation_policy" "nightly" {
  name                    = "nightly"
  interval                = "1d"
  overlap                 = "1h"
  require_acknowledgement = false
}
