variable "url" {
  description = "Where the receiver takes deliveries."
  type        = string
  default     = "https://hooks.example.com/quickconnect"
}

variable "receiver_file" {
  description = "The file that the receiver reads its place and its secrets from."
  type        = string
  default     = "receiver.json"
}

variable "interval" {
  description = "How old the secret may get before a plan wants a new one."
  type        = string
  default     = "90d"
}

variable "overlap" {
  description = "How long the replaced secret signs beside the new one."
  type        = string
  default     = "24h"
}

variable "release" {
  description = "Another value asks for a rotation now."
  type        = string
  default     = "1"
}
