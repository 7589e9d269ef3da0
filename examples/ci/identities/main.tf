# The identities as which CI acts in one environment. Apply this once from your machine, with the token of quickconnectd bootstrap
# in QUICKCONNECT_TOKEN, and keep it apart from what CI applies. Keep the file of your CI system, and delete the others.
terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}

provider "quickconnect" {}

variable "environment" {
  description = "The environment in which the identities are, as the CI system names it too."
  type        = string
}

variable "audience" {
  description = "The aud claim of the JWTs: the endpoint of the platform, without a slash at its end."
  type        = string
}
