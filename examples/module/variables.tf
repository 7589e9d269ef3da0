variable "name" {
  description = "Name of the connector and of what belongs to it."
  type        = string
}

variable "owner" {
  description = "Who answers for it: an e-mail address or a team name."
  type        = string
}

variable "type" {
  description = "The outside service."
  type        = string
  default     = "custom"
}

variable "settings" {
  description = "What the service needs to be told that is not secret."
  type        = map(string)
  default     = null
}

variable "allowed_scopes" {
  description = "No token may have a scope beyond these. Null is no limit."
  type        = set(string)
  default     = null
}

variable "credentials" {
  description = "The service's credentials. They reach the platform and never the state."
  type        = map(string)
  default     = null
  ephemeral   = true
  sensitive   = true
}

variable "credentials_version" {
  description = "Sends the credentials when this number changes. Without it, they are compared with the platform's."
  type        = number
  default     = null
}

variable "tokens" {
  description = "One token for each job, by its name. A changed value of rotate_when_changed asks for a rotation."
  type = map(object({
    scopes              = set(string)
    owner               = optional(string)
    rotate_when_changed = optional(map(string))
  }))
  default = {}

  validation {
    condition     = alltrue([for t in values(var.tokens) : !contains(t.scopes, "*")])
    error_message = "A token is for one job: name its scopes instead of *."
  }
}

variable "webhook" {
  description = "Where the events are delivered; null for nowhere."
  type = object({
    url         = string
    event_types = optional(set(string))
  })
  default = null
}

variable "rotation" {
  description = "How old a secret may get, and how long two of them may overlap."
  type = object({
    interval                = optional(string, "90d")
    overlap                 = optional(string, "24h")
    require_acknowledgement = optional(bool, true)
  })
  default = {}
}

variable "deletion_protection" {
  description = "Refuses every plan that destroys or replaces a token or the signing secret."
  type        = bool
  default     = false
}
