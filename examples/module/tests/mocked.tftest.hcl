# Tests the module's own logic. It needs no platform: Terraform makes up what the provider would compute.

mock_provider "quickconnect" {}

variables {
  name  = "shop"
  owner = "team-shop"

  # Terraform 1.11 wants a value for an ephemeral variable in a test, even where it has a default.
  credentials = { api_key = "of the test" }
}

run "only_a_connector" {
  command = plan

  assert {
    condition     = length(quickconnect_scoped_token.this) == 0 && output.signing_secret == null
    error_message = "Without tokens and a webhook there is only the connector and its policy."
  }
}

run "everything" {
  variables {
    tokens = {
      reader = { scopes = ["orders:read"] }
      writer = { scopes = ["orders:write"], owner = "team-orders" }
    }
    webhook = { url = "https://hooks.example.com/shop" }
  }

  assert {
    condition     = quickconnect_scoped_token.this["reader"].connector_id == quickconnect_connector.this.id
    error_message = "A token must belong to the connector."
  }
  assert {
    condition     = quickconnect_scoped_token.this["reader"].owner == "team-shop" && quickconnect_scoped_token.this["writer"].owner == "team-orders"
    error_message = "A token belongs to the owner of the connector, unless it names one of its own."
  }
  assert {
    condition     = quickconnect_webhook_signing_secret.this[0].endpoint_id == quickconnect_webhook_endpoint.this[0].id
    error_message = "The signing secret must sign the deliveries to the endpoint."
  }
}

run "refuses_a_token_for_everything" {
  command = plan

  variables {
    tokens = { everything = { scopes = ["*"] } }
  }
  expect_failures = [var.tokens]
}
