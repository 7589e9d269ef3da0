-- Until when somebody has certified that a credential is still needed, as given. NULL where nobody has.

-- +goose Up
ALTER TABLE connectors ADD COLUMN certified_until TEXT;
ALTER TABLE scoped_tokens ADD COLUMN certified_until TEXT;
ALTER TABLE signing_secrets ADD COLUMN certified_until TEXT;

-- +goose Down
ALTER TABLE signing_secrets DROP COLUMN certified_until;
ALTER TABLE scoped_tokens DROP COLUMN certified_until;
ALTER TABLE connectors DROP COLUMN certified_until;
