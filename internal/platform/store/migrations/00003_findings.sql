-- What people are told of webhooks that need them.

-- +goose Up

-- Since when no delivery to an endpoint was accepted (0: the last one was), with the last attempt and what came of it. They move without the etag.
ALTER TABLE webhook_endpoints ADD COLUMN failing_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN failing_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN failing_detail TEXT NOT NULL DEFAULT '';

-- The supplied secrets that were revoked, by their digests and the number that the configuration had then: a JSON list, the oldest first. NULL
-- for none.
ALTER TABLE signing_secrets ADD COLUMN revoked_secrets TEXT;

-- +goose Down
ALTER TABLE signing_secrets DROP COLUMN revoked_secrets;
ALTER TABLE webhook_endpoints DROP COLUMN failing_detail;
ALTER TABLE webhook_endpoints DROP COLUMN failing_at;
ALTER TABLE webhook_endpoints DROP COLUMN failing_since;
