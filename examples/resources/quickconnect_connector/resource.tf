variable "smtp_password" {
  type      = string
  ephemeral = true
}

# Without a version number, the provider compares the configured credentials with the platform's, and sends them if they differ.
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

variable "slack_webhook_url" {
  type      = string
  ephemeral = true
}

# A URL that is a secret, such as that of an incoming webhook, is a credential and no setting.
resource "quickconnect_connector" "alerts" {
  name  = "alerts"
  owner = "messaging@example.com"
  type  = "slack"

  settings       = { default_channel = "#alerts" }
  credentials_wo = { url = var.slack_webhook_url }
}

# With a version number, the provider sends the credentials when the number changes. Use it for a value that differs in every run.
resource "quickconnect_connector" "crm" {
  name        = "crm"
  description = "Delivers to the CRM's inbox."
  owner       = "team-crm"
  type        = "custom"
  labels = {
    cost-centre = "4711"
  }

  credentials_wo         = { api_key = var.smtp_password }
  credentials_wo_version = 1

  # The scopes that tokens of this connector may have.
  allowed_scopes = ["messages:send", "contacts:*"]
}

variable "crm_refresh_token" {
  type      = string
  ephemeral = true
}

variable "crm_client_secret" {
  type      = string
  ephemeral = true
}

# Services get an access token of this connector, which the platform renews. The refresh token never leaves the platform.
resource "quickconnect_connector" "crm_cloud" {
  name  = "crm-cloud"
  owner = "team-crm"
  type  = "oauth2"

  settings = {
    token_url = "https://login.example.com/oauth2/token"
    client_id = "quickconnect"
    scopes    = "contacts.read offline_access"
  }
  credentials_wo = {
    client_secret = var.crm_client_secret
    refresh_token = var.crm_refresh_token
  }
}
