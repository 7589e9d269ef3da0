-- Since when a token has each scope, so that one that was granted yesterday is not called unused; and when an object was supplied
-- a value last, so that the values of versions that have ended are not called reused. 0 and NULL are what older builds wrote.

-- +goose Up
ALTER TABLE scoped_tokens ADD COLUMN scopes_since TEXT;
ALTER TABLE value_uses ADD COLUMN supplied_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE value_uses DROP COLUMN supplied_at;
ALTER TABLE scoped_tokens DROP COLUMN scopes_since;
