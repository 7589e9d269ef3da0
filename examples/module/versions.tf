terraform {
  required_version = ">= 1.11"

  required_providers {
    quickconnect = {
      source = "quickconnect/quickconnect"
    }
  }
}
