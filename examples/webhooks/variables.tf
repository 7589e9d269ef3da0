variable "url" {
  description = "The URL of the receiver."
  type        = string
  default     = "https://hooks.example.com/quickconnect"
}

variable "receiver_file" {
  description = "The file from which the receiver reads its tenant, environment, endpoint and secrets."
  type        = string
  default     = "receiver.json"
}

variable "interval" {
  description = "The age at which a plan replaces the secret."
  type        = string
  default     = "90d"
}

variable "overlap" {
  description = "How long the replaced secret signs beside the new one."
  type        = string
  default     = "24h"
}

variable "release" {
  description = "Another value requests a rotation now."
  type        = string
  default     = "1"
}
