# The identities as which CI acts in one environment. Keep the file of your CI system, and delete the others. Apply this once for
# each environment from your machine, and keep it apart from what CI applies. Set:
#   QUICKCONNECT_ENDPOINT  the endpoint of the platform
#   QUICKCONNECT_TOKEN     the token that quickconnectd bootstrap printed for the environment
#   TF_VAR_tenant          the tenant
#   TF_VAR_environment     the environment
#   TF_VAR_audience        the audience: the endpoint, unless CI asks for another one
# Each environment needs a state of its own: terraform apply -state=ENVIRONMENT.tfstate, or a backend for each.
terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}

# With the token of another tenant or environment nothing is planned.
provider "quickconnect" {
  tenant      = var.tenant
  environment = var.environment
}

variable "tenant" {
  description = "The tenant of the environment."
  type        = string
}

variable "environment" {
  description = "The environment in which the identities are, as the CI system names it too."
  type        = string
}

variable "audience" {
  description = "The aud claim of the JWTs: the endpoint of the platform, without a slash at its end."
  type        = string
}
