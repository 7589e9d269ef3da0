# Policies that no state has ever claimed: made by hand, and not managed yet.
list "quickconnect_rotation_policy" "orphan" {
  provider = quickconnect

  config {
    orphan = true
  }
}
