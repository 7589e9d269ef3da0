-- Which process serves a database that several machines can reach, in one row (one is 1). fence grows with each process that
-- takes over; the writes of a process compare it. expires_at is in the time of the database itself. SQLite has a lock of the
-- data directory instead.

-- +goose Up
CREATE TABLE serving (
    one        BIGINT NOT NULL PRIMARY KEY,
    holder     TEXT   NOT NULL,
    fence      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
INSERT INTO serving (one, holder, fence, expires_at) VALUES (1, '', 0, 0);

-- +goose Down
DROP TABLE serving;
