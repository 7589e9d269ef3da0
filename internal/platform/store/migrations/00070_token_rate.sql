-- How many uses of a scoped token in a minute are accepted. NULL is no limit.

-- +goose Up
ALTER TABLE scoped_tokens ADD COLUMN rate_limit BIGINT;

-- +goose Down
ALTER TABLE scoped_tokens DROP COLUMN rate_limit;
