-- Connectors of type oauth2 have an access token of an authorization server, which the platform renews.

-- +goose Up

-- One row for each such connector with credentials. version is the one that is used next, and supplied the one that
-- somebody set: the platform makes those in between. generation grows when credentials or settings are set. intent_at is
-- set, and committed, before a refresh token is used, and 0 once the outcome is stored: where it is found set, the answer
-- was lost. lost counts the answers that were lost, and failures the outages, since the last success. next_at is when the
-- platform refreshes; 0 for never. sealed is the access token.
CREATE TABLE connector_refreshes (
    tenant       TEXT   NOT NULL,
    environment  TEXT   NOT NULL,
    connector_id TEXT   NOT NULL PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    version      BIGINT NOT NULL,
    supplied     BIGINT NOT NULL,
    generation   BIGINT NOT NULL,
    intent_at    BIGINT NOT NULL,
    lost         BIGINT NOT NULL,
    failures     BIGINT NOT NULL,
    status       TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    next_at      BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    renew_at     BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    sealed       BYTEA
);
CREATE INDEX connector_refreshes_next_at ON connector_refreshes (next_at, connector_id);
CREATE INDEX connector_refreshes_environment ON connector_refreshes (tenant, environment, connector_id);

-- +goose Down
DROP TABLE connector_refreshes;
