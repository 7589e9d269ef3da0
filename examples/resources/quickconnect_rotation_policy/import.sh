# By name, or by id (pol_…).
terraform import quickconnect_rotation_policy.quarterly quarterly
