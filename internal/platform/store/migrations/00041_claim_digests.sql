-- What a list shows of a claim, so that a plan that reads lists recognises it. Empty for a claim that an older build stored,
-- until it is presented.

-- +goose Up
ALTER TABLE claims ADD COLUMN digest TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE claims DROP COLUMN digest;
