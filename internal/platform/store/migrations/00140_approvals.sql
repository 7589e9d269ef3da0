-- Requests that wait, or have waited, for a second person. request_hash is the keyed hash of the request, by which it is found when it
-- is sent again; about, as JSON, is what the request does. expires_at is until when it can be decided, and once approved, until when
-- it passes or the elevation lasts. role and lasts (microseconds) are of an elevation, and '' and 0 otherwise.

-- +goose Up
CREATE TABLE approvals (
    tenant          TEXT   NOT NULL,
    environment     TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    operation       TEXT   NOT NULL,
    method          TEXT   NOT NULL,
    path            TEXT   NOT NULL,
    request_hash    BYTEA  NOT NULL,
    about           TEXT   NOT NULL,
    reason          TEXT   NOT NULL,
    asked_by        TEXT   NOT NULL,
    asked_by_name   TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    state           TEXT   NOT NULL,
    decided_by      TEXT   NOT NULL,
    decided_by_name TEXT   NOT NULL,
    decided_at      BIGINT NOT NULL,
    comment         TEXT   NOT NULL,
    closed_at       BIGINT NOT NULL,
    closed_why      TEXT   NOT NULL,
    role            TEXT   NOT NULL,
    lasts           BIGINT NOT NULL,
    mac             BYTEA,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX approvals_id ON approvals (id);
CREATE INDEX approvals_request ON approvals (tenant, environment, request_hash, id);
CREATE INDEX approvals_asked_by ON approvals (tenant, environment, asked_by, state);
CREATE INDEX approvals_state ON approvals (tenant, environment, state, id);
CREATE INDEX approvals_due ON approvals (state, expires_at);
CREATE INDEX approvals_created_at ON approvals (created_at);

-- +goose Down
DROP TABLE approvals;
