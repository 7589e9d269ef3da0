# Terraform 1.12 and newer. tenant and environment are optional, and compared with those of the provider.
import {
  to = quickconnect_role_binding.on_call
  identity = {
    id          = "rbd_01J8Z3N6T4QW5E7R9Y0KXMB2CD"
    tenant      = "acme"
    environment = "production"
  }
}
