# By name, or by id (sec_…). No secret is needed.
terraform import quickconnect_webhook_signing_secret.orders orders
