-- The platform itself, in one row (one is 1). id is made once, and kept in every backup. incarnation is 1 at first, and
-- a higher number after every restore of a backup; restore_confirmed is 0 from a restore until somebody confirms it.

-- +goose Up
CREATE TABLE platform (
    one               BIGINT NOT NULL PRIMARY KEY,
    id                TEXT   NOT NULL,
    incarnation       BIGINT NOT NULL,
    restore_confirmed BIGINT NOT NULL,
    created_at        BIGINT NOT NULL
);

-- +goose Down
DROP TABLE platform;
