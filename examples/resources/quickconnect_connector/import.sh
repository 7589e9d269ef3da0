# By name, or by id (con_…). The credentials are not needed: they stay as the platform has them.
terraform import quickconnect_connector.mail mail
