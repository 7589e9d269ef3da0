variable "slack_bot_token" {
  description = "The credentials of the Slack app. Ephemeral: Terraform keeps it for the run and forgets it."
  type        = string
  ephemeral   = true
}

variable "interval" {
  description = "How old the token may get before a plan wants a new one."
  type        = string
  default     = "90d"
}

variable "overlap" {
  description = "How long the replaced token is still accepted."
  type        = string
  default     = "24h"
}

variable "token_file" {
  description = "Where the service that sends the messages reads its token."
  type        = string
  default     = "notifier.token"
}
