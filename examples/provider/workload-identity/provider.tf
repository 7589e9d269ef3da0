terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}

# No secret is stored where Terraform runs. The provider exchanges the JWT of the CI job, or of the pod, for an access
# token, and renews that while it runs. HCP Terraform and GitHub Actions give the JWT by themselves; elsewhere
# QUICKCONNECT_IDENTITY_TOKEN_FILE or QUICKCONNECT_IDENTITY_TOKEN has it.
provider "quickconnect" {
  tenant      = "acme"
  environment = "staging"

  workload_identity {
    identity = "terraform"
  }
}
