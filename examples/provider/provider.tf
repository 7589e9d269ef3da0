terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}

# The endpoint and the token come from QUICKCONNECT_ENDPOINT and QUICKCONNECT_TOKEN. Set tenant and environment in the
# configuration: a run with the token of another environment is then refused before it plans.
provider "quickconnect" {
  tenant      = "acme"
  environment = "staging"
}
