-- Access tokens: short-lived values that are made from something that is allowed to make them.

-- +goose Up

-- parent_kind and parent_id say what a token was made from; parent_version is the version of a scoped token, and 0 for what
-- has none. Whether a token is accepted follows from its own row and from its parent, at each use, so the end of a parent
-- writes nothing here. lookup_hash is keyed: the value itself is not stored. ended_at is 0 for a token that was not revoked.
CREATE TABLE access_tokens (
    tenant         TEXT   NOT NULL,
    environment    TEXT   NOT NULL,
    id             TEXT   NOT NULL PRIMARY KEY,
    lookup_hash    BYTEA  NOT NULL,
    parent_kind    TEXT   NOT NULL,
    parent_id      TEXT   NOT NULL,
    parent_version BIGINT NOT NULL,
    scopes         TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    opened_by      TEXT   NOT NULL,
    ended_at       BIGINT NOT NULL,
    ended_by       TEXT   NOT NULL,
    end_reason     TEXT   NOT NULL,
    mac            BYTEA  NOT NULL,
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX access_tokens_lookup_hash ON access_tokens (lookup_hash);
CREATE INDEX access_tokens_parent ON access_tokens (tenant, environment, parent_id, expires_at);
CREATE INDEX access_tokens_expires_at ON access_tokens (expires_at);

-- +goose Down
DROP TABLE access_tokens;
