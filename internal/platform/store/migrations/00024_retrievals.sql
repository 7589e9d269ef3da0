-- Connectors' credentials are retrieved by consumers, and they can have an end at the third party.

-- +goose Up

-- One row for each consumer and version. fetch_again_at is when the consumer comes back at the latest. audited_at and
-- audited_count are of the last audit event about the row.
CREATE TABLE retrievals (
    tenant         TEXT   NOT NULL,
    environment    TEXT   NOT NULL,
    connector_id   TEXT   NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    token_id       TEXT   NOT NULL,
    consumer       TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    retrieved      BIGINT NOT NULL,
    first_at       BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    fetch_again_at BIGINT NOT NULL,
    audited_at     BIGINT NOT NULL,
    audited_count  BIGINT NOT NULL,
    PRIMARY KEY (connector_id, token_id, consumer, version)
);
CREATE INDEX retrievals_environment ON retrievals (tenant, environment, connector_id, token_id, consumer, version);
CREATE INDEX retrievals_last_at ON retrievals (last_at);

-- As the user wrote it.
ALTER TABLE connectors ADD COLUMN credentials_expire_at TEXT;

-- +goose Down
ALTER TABLE connectors DROP COLUMN credentials_expire_at;
DROP TABLE retrievals;
