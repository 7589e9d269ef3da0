-- How often anything was changed that decides about access, in one row (one is 1). Every transaction that changes such a
-- row adds one in the same commit, so what was read at one number holds as long as the number is the same.

-- +goose Up
CREATE TABLE access_changes (
    one    BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
INSERT INTO access_changes (one, number) VALUES (1, 1);

-- +goose Down
DROP TABLE access_changes;
