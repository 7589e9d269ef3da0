-- Which workload may exchange a JWT of its issuer for an access token, and with which role. jwks are uploaded public keys;
-- NULL where the platform fetches them. last_used_at is at most a minute behind.

-- +goose Up
CREATE TABLE workload_identities (
    tenant        TEXT   NOT NULL,
    environment   TEXT   NOT NULL,
    id            TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    description   TEXT,
    labels        TEXT,
    created_at    BIGINT NOT NULL,
    etag          BIGINT NOT NULL,
    owner         TEXT   NOT NULL,
    role          TEXT   NOT NULL,
    preset        TEXT   NOT NULL,
    issuer        TEXT   NOT NULL,
    audience      TEXT   NOT NULL,
    claims        TEXT   NOT NULL,
    max_ttl       TEXT   NOT NULL,
    allowed_cidrs TEXT,
    jwks          TEXT,
    last_used_at  BIGINT NOT NULL DEFAULT 0,
    mac           BYTEA,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX workload_identities_name ON workload_identities (tenant, environment, name);
CREATE UNIQUE INDEX workload_identities_id ON workload_identities (id);

-- +goose Down
DROP TABLE workload_identities;
