-- What a plan warns of: failing endpoints, and revoked supplied secrets.

-- +goose Up

-- The time since which no delivery was accepted (0: the last one was), the last attempt and its result. They change without
-- the etag.
ALTER TABLE webhook_endpoints ADD COLUMN failing_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN failing_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN failing_detail TEXT NOT NULL DEFAULT '';

-- The revoked supplied secrets, by their digests and the number in the configuration at that time: a JSON list, oldest
-- first. NULL for none.
ALTER TABLE signing_secrets ADD COLUMN revoked_secrets TEXT;

-- +goose Down
ALTER TABLE signing_secrets DROP COLUMN revoked_secrets;
ALTER TABLE webhook_endpoints DROP COLUMN failing_detail;
ALTER TABLE webhook_endpoints DROP COLUMN failing_at;
ALTER TABLE webhook_endpoints DROP COLUMN failing_since;
