terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }

  # One workspace for each environment. A pull request of the connected repository plans, and a merge to its branch applies.
  # Set in the workspace, as environment variables:
  #   QUICKCONNECT_ENDPOINT                        the endpoint of the platform
  #   TFC_WORKLOAD_IDENTITY_AUDIENCE_QUICKCONNECT  the audience of the identities
  cloud {
    organization = "acme"

    workspaces {
      name = "quickconnect-production"
    }
  }
}

# A workspace has the same variables in both phases of a run, so the configuration says which identity acts.
provider "quickconnect" {
  tenant      = "acme"
  environment = "production"

  workload_identity {
    identity = terraform.applying ? "hcp-apply" : "hcp-plan"
  }
}

resource "quickconnect_rotation_policy" "quarterly" {
  name     = "quarterly"
  interval = "90d"
}
