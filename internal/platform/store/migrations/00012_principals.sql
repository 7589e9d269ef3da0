-- Principals are used, listed and ended. The row of an ended one stays: holds, versions and audit events name its id.

-- +goose Up

-- last_used_at is at most a minute behind. ended_at is 0 for a principal that was not ended; an expiry is no end.
ALTER TABLE principals ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE principals ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE principals ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
ALTER TABLE principals ADD COLUMN end_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX principals_environment ON principals (tenant, environment, id);

-- +goose Down
DROP INDEX principals_environment;
ALTER TABLE principals DROP COLUMN end_reason;
ALTER TABLE principals DROP COLUMN ended_by;
ALTER TABLE principals DROP COLUMN ended_at;
ALTER TABLE principals DROP COLUMN last_used_at;
