variable "smtp_password" {
  type      = string
  ephemeral = true
}

# Without a version number the provider compares what is configured with what the platform has, and sends it when they differ.
resource "quickconnect_connector" "mail" {
  name  = "mail"
  owner = "messaging@example.com"
  type  = "smtp"

  settings = {
    host = "smtp.example.com"
    port = "587"
    tls  = "starttls"
    from = "alerts@example.com"
  }
  credentials_wo = {
    username = "alerts"
    password = var.smtp_password
  }
}

# With a version number the credentials are sent when the number changes: the choice for a value that is made anew on every run.
resource "quickconnect_connector" "crm" {
  name        = "crm"
  description = "Delivers into the CRM's inbox."
  owner       = "team-crm"
  type        = "custom"
  labels = {
    cost-centre = "4711"
  }

  credentials_wo         = { api_key = var.smtp_password }
  credentials_wo_version = 1

  # No token of this connector may have a scope beyond these.
  allowed_scopes = ["messages:send", "contacts:*"]
}
