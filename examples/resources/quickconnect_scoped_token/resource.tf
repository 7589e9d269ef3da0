resource "quickconnect_connector" "slack" {
  name           = "slack"
  owner          = "messaging@example.com"
  type           = "slack"
  allowed_scopes = ["messages:send", "messages:read"]
}

resource "quickconnect_rotation_policy" "quarterly" {
  name     = "quarterly"
  interval = "90d"
}

# A token that is rotated.
resource "quickconnect_scoped_token" "notifier" {
  name               = "notifier"
  owner              = "team-notifier"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:send"]
  allowed_cidrs      = ["192.0.2.0/24"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id

  # The job sends ten messages a minute. A thief who has the token gets no more than this.
  rate_limit_per_minute = 60

  # Without a use in so long, the token is put in quarantine. Every plan warns of it for 14 days before.
  unused_expiry = "90d"

  # Its owner has said that it is needed until then. From then on every plan warns, until somebody asks again and sets a later date.
  certified_until = "2027-06-30T00:00:00Z"

  # A changed value requests a rotation before it is due.
  rotate_when_changed = {
    deployment = "2026-10"
  }

  # To replace a leaked token at once, without an overlap, raise this to the number of the next version.
  minimum_version = 1
}

# A token that expires.
resource "quickconnect_scoped_token" "migration" {
  name         = "migration"
  owner        = "messaging@example.com"
  connector_id = quickconnect_connector.slack.id
  scopes       = ["messages:read"]
  expires_at   = "2099-01-31T12:00:00Z"
}

# A token that is replaced without a gap: the new one is made, and handed over, before the old one ends.
resource "quickconnect_scoped_token" "exporter" {
  name_prefix        = "exporter-"
  owner              = "messaging@example.com"
  connector_id       = quickconnect_connector.slack.id
  scopes             = ["messages:read"]
  rotation_policy_id = quickconnect_rotation_policy.quarterly.id

  lifecycle {
    create_before_destroy = true
  }
}
