-- The move of a platform between two databases, in one row (one is 1), which each of the two has. away is 1 in the database that
-- the platform left, and 0 in the one that it came to. place is the other database, as messages name it. attempt grows each time
-- that the command goes on; its transactions compare it. ended_at is 0 until everything is there and compared.

-- +goose Up
CREATE TABLE moves (
    one      BIGINT NOT NULL PRIMARY KEY,
    platform TEXT   NOT NULL,
    place    TEXT   NOT NULL,
    away     BIGINT NOT NULL,
    attempt  BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE moves;
