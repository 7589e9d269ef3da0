# By name, or by id (con_…). No credentials are needed: the platform keeps those it has.
terraform import quickconnect_connector.mail mail
