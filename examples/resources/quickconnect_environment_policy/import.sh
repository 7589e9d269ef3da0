# By the environment, or by id (epl_…).
terraform import quickconnect_environment_policy.staging staging
