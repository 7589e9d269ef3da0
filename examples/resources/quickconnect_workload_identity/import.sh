# By name, or by id (wid_…).
terraform import quickconnect_workload_identity.deploy deploy
