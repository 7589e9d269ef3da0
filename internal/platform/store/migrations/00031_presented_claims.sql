-- The claim of an object that a state has stays as long as the object, so nothing looks for old ones any more.

-- +goose Up
DROP INDEX claims_presented;

-- +goose Down
CREATE INDEX claims_presented ON claims (presented_at) WHERE presented_at > 0 AND superseded_at = 0;
