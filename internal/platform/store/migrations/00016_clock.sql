-- What is known of the clock, in one row (one is 1). written_at is the newest time that was written while the clock was
-- trusted, at most a second behind. jumped_at is what the clock showed when a forward jump was found; 0 for none.
-- accepted_at is the time that an operator accepted last; 0 for none.

-- +goose Up
CREATE TABLE clock (
    one         BIGINT NOT NULL PRIMARY KEY,
    written_at  BIGINT NOT NULL,
    jumped_at   BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL
);
INSERT INTO clock (one, written_at, jumped_at, accepted_at) SELECT 1, COALESCE(MAX(at), 0), 0, 0 FROM audit_events;

-- +goose Down
DROP TABLE clock;
