-- Whether the last attempt to deliver to an endpoint timed out. Such an endpoint waits behind those that answered. It changes
-- without the etag.

-- +goose Up
ALTER TABLE webhook_endpoints ADD COLUMN failing_unanswered BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE webhook_endpoints DROP COLUMN failing_unanswered;
