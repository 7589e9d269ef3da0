variable "slack_bot_token" {
  description = "The credentials of the Slack app. Ephemeral: Terraform does not store it."
  type        = string
  ephemeral   = true
}

variable "interval" {
  description = "The age at which a plan replaces the token."
  type        = string
  default     = "90d"
}

variable "overlap" {
  description = "How long the replaced token is still accepted."
  type        = string
  default     = "24h"
}

variable "token_file" {
  description = "The file from which the service reads its token."
  type        = string
  default     = "notifier.token"
}
