-- The quarantine of a credential, beside its hold: its versions up to quarantine_through are refused until it is released.
-- quarantine_reason is NULL where there is none.

-- +goose Up
ALTER TABLE credentials ADD COLUMN quarantine_reason TEXT;
ALTER TABLE credentials ADD COLUMN quarantine_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN quarantine_by TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN quarantine_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN quarantine_through BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE credentials DROP COLUMN quarantine_through;
ALTER TABLE credentials DROP COLUMN quarantine_until;
ALTER TABLE credentials DROP COLUMN quarantine_by;
ALTER TABLE credentials DROP COLUMN quarantine_at;
ALTER TABLE credentials DROP COLUMN quarantine_reason;
