-- While uses are recorded there is one row, with when that was known last. A clean stop removes it, so a start that finds
-- it follows a kill.

-- +goose Up
CREATE TABLE use_recording (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    alive_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE use_recording;
