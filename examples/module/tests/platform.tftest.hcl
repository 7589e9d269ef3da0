# Tests the module against a platform, which QUICKCONNECT_ENDPOINT, QUICKCONNECT_TENANT, QUICKCONNECT_ENVIRONMENT and
# QUICKCONNECT_TOKEN name: one for tests. Terraform destroys what it creates.

variables {
  name     = "module-test"
  owner    = "team-shop"
  rotation = { require_acknowledgement = false, overlap = "1h" }
  tokens   = { reader = { scopes = ["orders:read"], rotate_when_changed = { incident = "none" } } }
  webhook  = { url = "https://hooks.example.com/shop" }

  # Terraform 1.11 wants a value for an ephemeral variable in a test, even where it has a default.
  credentials = { api_key = "of the test" }
}

run "create" {
  assert {
    condition     = output.tokens["reader"].version >= 1
    error_message = "The platform must have made a token."
  }
}

run "rotate" {
  variables {
    tokens = { reader = { scopes = ["orders:read"], rotate_when_changed = { incident = "2026-07" } } }

    # A variable of this test alone. In a condition, OpenTofu has no `run`.
    before = run.create.tokens["reader"]
  }

  assert {
    condition     = output.tokens["reader"].version == var.before.version + 1
    error_message = "A changed trigger must rotate the token."
  }
  assert {
    condition     = output.tokens["reader"].id == var.before.id
    error_message = "A rotation must keep the token's id."
  }
  assert {
    condition     = quickconnect_scoped_token.this["reader"].rotation.previous_version == var.before.version
    error_message = "The old version must stay valid for the overlap."
  }
}
