terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}

# The endpoint and the token come from QUICKCONNECT_ENDPOINT and QUICKCONNECT_TOKEN. Tenant and environment belong into the
# configuration: they say what it believes it manages, and a token of another environment is refused before anything is planned.
provider "quickconnect" {
  tenant      = "acme"
  environment = "staging"
}
