-- The consent that the scopes of a connector's tokens are within; empty for none.

-- +goose Up
ALTER TABLE connectors ADD COLUMN consent_id TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE connectors DROP COLUMN consent_id;
