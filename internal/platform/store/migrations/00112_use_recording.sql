-- Each process that records uses has a row, with when that was known last. A clean stop removes it, so a row that is not
-- renewed is of a process that was killed.

-- +goose Up
CREATE TABLE use_recording (
    process  TEXT PRIMARY KEY,
    alive_at BIGINT NOT NULL
);
CREATE INDEX use_recording_alive ON use_recording (alive_at);

-- +goose Down
DROP TABLE use_recording;
