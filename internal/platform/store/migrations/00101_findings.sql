-- What the rules of package finding found. There is one row for each rule, credential, version and subject. gone is 1 once the
-- cause of a closed one is gone, so that it opens again when the cause comes back.

-- +goose Up
CREATE TABLE findings (
    tenant        TEXT   NOT NULL,
    environment   TEXT   NOT NULL,
    id            TEXT   NOT NULL PRIMARY KEY,
    finding       TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    object_id     TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    subject       TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    evidence      TEXT   NOT NULL,
    seen          BIGINT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    action        TEXT   NOT NULL,
    closed_at     BIGINT NOT NULL,
    closed_by     TEXT   NOT NULL,
    close_reason  TEXT   NOT NULL,
    gone          BIGINT NOT NULL,
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX findings_subject ON findings (tenant, environment, object_id, finding, version, subject);
CREATE INDEX findings_state ON findings (tenant, environment, state, id);

-- +goose Down
DROP TABLE findings;
