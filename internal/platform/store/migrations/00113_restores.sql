-- The restores of the platform from a backup, by the incarnation that each one made. source is backup or mark. as_of is the newest
-- time that the database had, confirmed_at is 0 until an operator has confirmed the restore.

-- +goose Up
CREATE TABLE restores (
    incarnation  BIGINT NOT NULL PRIMARY KEY,
    source       TEXT   NOT NULL,
    as_of        BIGINT NOT NULL,
    restored_at  BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE restores;
