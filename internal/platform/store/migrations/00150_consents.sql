-- What people were asked to consent to, and what they decided. asked has the scopes with the words that were shown, and text_version
-- the version of the catalogue that they come from. decision is empty until a person decides: granted or refused. revoked_at is 0
-- while it counts.

-- +goose Up
CREATE TABLE consents (
    tenant         TEXT   NOT NULL,
    environment    TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    etag           BIGINT NOT NULL,
    connector_type TEXT   NOT NULL,
    purpose        TEXT   NOT NULL,
    asked          TEXT   NOT NULL,
    text_version   TEXT   NOT NULL,
    requested_by   TEXT   NOT NULL,
    expires_at     BIGINT NOT NULL,
    decision       TEXT   NOT NULL,
    granted        TEXT,
    decided_by     TEXT   NOT NULL,
    decided_at     BIGINT NOT NULL,
    revoked_by     TEXT   NOT NULL,
    revoked_at     BIGINT NOT NULL,
    mac            BYTEA,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX consents_id ON consents (id);

-- +goose Down
DROP TABLE consents;
