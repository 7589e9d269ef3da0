-- A version whose newer one was revoked keeps the deadline of the overlap, whatever becomes of it.

-- +goose Up
ALTER TABLE versions ADD COLUMN bounded BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE versions DROP COLUMN bounded;
