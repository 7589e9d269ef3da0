-- Of an answer to a request with an idempotency key, only the id of its object and its rotation object (JSON) are kept. The
-- body is NULL, but for answers that an older build stored.

-- +goose Up
ALTER TABLE idempotency ADD COLUMN object_id TEXT NOT NULL DEFAULT '';
ALTER TABLE idempotency ADD COLUMN rotation BYTEA;

-- +goose Down
ALTER TABLE idempotency DROP COLUMN rotation;
ALTER TABLE idempotency DROP COLUMN object_id;
