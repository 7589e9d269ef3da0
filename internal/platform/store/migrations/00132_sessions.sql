-- People who are signed in. kind is browser or command; environment is that of a command, and empty for a browser. token_hash is the
-- keyed hash of the value that the browser or the command has. sid is the session at the issuer. checked_at is when the issuer last
-- said that the person is there, and failing_since when it could first not be asked since; 0 for never. sealed is the refresh token
-- (sealed_kind refresh) or the access token for its userinfo (access), under a data key of key_environment. ended_at is 0 while it
-- lasts.
--
-- A row of sign_ins is a sign-in that has begun. Its browser has a value in a cookie, whose keyed hash is here; state, nonce and PKCE
-- verifier are made from that value and are not stored.

-- +goose Up
CREATE TABLE sessions (
    tenant          TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    environment     TEXT   NOT NULL,
    person_id       TEXT   NOT NULL,
    issuer_id       TEXT   NOT NULL,
    token_hash      BYTEA  NOT NULL,
    sid             TEXT   NOT NULL,
    key_environment TEXT   NOT NULL,
    sealed          BYTEA,
    sealed_kind     TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    checked_at      BIGINT NOT NULL,
    failing_since   BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    end_reason      TEXT   NOT NULL,
    mac             BYTEA,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, person_id) REFERENCES persons (tenant, id)
);
CREATE UNIQUE INDEX sessions_hash ON sessions (token_hash);
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_person ON sessions (tenant, person_id, ended_at);
CREATE INDEX sessions_issuer ON sessions (tenant, issuer_id, ended_at);
CREATE INDEX sessions_checked_at ON sessions (ended_at, checked_at);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE sign_ins (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    tenant     TEXT   NOT NULL,
    issuer_id  TEXT   NOT NULL,
    return_to  TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (tenant, issuer_id) REFERENCES issuers (tenant, id)
);
CREATE INDEX sign_ins_expires_at ON sign_ins (expires_at);

-- +goose Down
DROP TABLE sign_ins;
DROP TABLE sessions;
