-- Several processes serve one PostgreSQL database. SQLite has the tables too, and leaves them empty.

-- +goose Up

-- serving has the process that leads the others. shared_fence is the fence of the last leader that lets others serve beside
-- it: where fence is another number, a build has taken over that serves alone.
ALTER TABLE serving ADD COLUMN shared_fence BIGINT NOT NULL DEFAULT 0;

-- Nothing is in this table. Each write locks it before it reads anything, so that the processes take turns.
CREATE TABLE turns (one BIGINT NOT NULL PRIMARY KEY);

-- The oldest version of these tables that a build may know and still work on them, in one row (one is 1). A migration that
-- such a build would not get along with sets its own number.
CREATE TABLE compatible (
    one    BIGINT NOT NULL PRIMARY KEY,
    oldest BIGINT NOT NULL
);
INSERT INTO compatible (one, oldest) VALUES (1, 115);

-- Which attempt a process makes now, and until when no other one makes any, in the time of the database.
ALTER TABLE deliveries ADD COLUMN attempt_id TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN leased_until BIGINT NOT NULL DEFAULT 0;

-- The same of work that has no row of its own: kind is of the work, and id of what it is about.
CREATE TABLE leases (
    kind    TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    attempt TEXT   NOT NULL,
    until   BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX leases_until ON leases (until);

-- When deliveries were attempted lately to an endpoint with a rate limit, in the time of the database, and how many.
CREATE TABLE endpoint_attempts (
    endpoint_id TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    PRIMARY KEY (endpoint_id, at)
);

-- +goose Down
DROP TABLE endpoint_attempts;
DROP TABLE leases;
ALTER TABLE deliveries DROP COLUMN leased_until;
ALTER TABLE deliveries DROP COLUMN attempt_id;
DROP TABLE compatible;
DROP TABLE turns;
ALTER TABLE serving DROP COLUMN shared_fence;
