-- The keyed hash over the columns of a row that decide about access. NULL: an older build wrote the row, or nothing in it decides.

-- +goose Up
ALTER TABLE principals ADD COLUMN mac BYTEA;
ALTER TABLE secrets ADD COLUMN mac BYTEA;
ALTER TABLE scoped_tokens ADD COLUMN mac BYTEA;
ALTER TABLE connectors ADD COLUMN mac BYTEA;
ALTER TABLE rotation_policies ADD COLUMN mac BYTEA;

-- +goose Down
ALTER TABLE rotation_policies DROP COLUMN mac;
ALTER TABLE connectors DROP COLUMN mac;
ALTER TABLE scoped_tokens DROP COLUMN mac;
ALTER TABLE secrets DROP COLUMN mac;
ALTER TABLE principals DROP COLUMN mac;
