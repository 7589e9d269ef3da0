# By name, or by id (tok_…).
terraform import quickconnect_scoped_token.notifier notifier
