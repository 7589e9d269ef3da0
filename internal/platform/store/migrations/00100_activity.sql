-- In which hours each version was used, as package uses adds it up: the last 48 hours, the busiest hour of each of the last 36
-- days, and the hours of the week. The rules of package finding need it.

-- +goose Up
ALTER TABLE version_uses ADD COLUMN activity TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE version_uses DROP COLUMN activity;
