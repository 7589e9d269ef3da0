-- A credential that nobody uses is put in quarantine, where its environment or the token says after how long. unused_from is
-- from when on the absence of a use counts, announced_at when the quarantine was announced, and announced_due when it begins.

-- +goose Up
ALTER TABLE credentials ADD COLUMN unused_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN announced_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credentials ADD COLUMN announced_due BIGINT NOT NULL DEFAULT 0;
UPDATE credentials SET unused_from =
    COALESCE((SELECT MIN(v.issued_at) FROM versions v WHERE v.credential_id = credentials.id), 0);
ALTER TABLE scoped_tokens ADD COLUMN unused_expiry TEXT;

-- +goose Down
ALTER TABLE scoped_tokens DROP COLUMN unused_expiry;
ALTER TABLE credentials DROP COLUMN announced_due;
ALTER TABLE credentials DROP COLUMN announced_at;
ALTER TABLE credentials DROP COLUMN unused_from;
