-- Webhook endpoints, their signing secrets, and the queue of deliveries. The conventions are those of the first migration.

-- +goose Up

-- What may be shown of a value without opening it: the digest of a supplied secret, the public key of an ed25519 key pair.
ALTER TABLE secrets ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE secrets ADD COLUMN public_key TEXT NOT NULL DEFAULT '';

-- The last three columns change without the etag: the end of a pause that the receiver asked for, the last probe, and the
-- next attempt of a queued delivery (0: none is queued).
CREATE TABLE webhook_endpoints (
    tenant          TEXT   NOT NULL,
    environment     TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    description     TEXT,
    labels          TEXT,
    created_at      BIGINT NOT NULL,
    etag            BIGINT NOT NULL,
    connector_id    TEXT   NOT NULL,
    url             TEXT   NOT NULL,
    event_types     TEXT,
    enabled         BIGINT NOT NULL,
    disabled_reason TEXT,
    disabled_at     BIGINT NOT NULL,
    disabled_by     TEXT   NOT NULL,
    paused_until    BIGINT NOT NULL,
    probed_at       BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name),
    FOREIGN KEY (tenant, environment, connector_id) REFERENCES connectors (tenant, environment, id)
);
CREATE UNIQUE INDEX webhook_endpoints_name ON webhook_endpoints (tenant, environment, name);
CREATE INDEX webhook_endpoints_connector ON webhook_endpoints (tenant, environment, connector_id);
CREATE INDEX webhook_endpoints_due ON webhook_endpoints (next_attempt_at, id) WHERE next_attempt_at > 0;

-- next_probe_at (0: none) is the time of the next probe of the pending version; probes counts its probes. The probe_ columns
-- are the result of the last probe.
CREATE TABLE signing_secrets (
    tenant              TEXT   NOT NULL,
    environment         TEXT   NOT NULL,
    id                  TEXT   NOT NULL,
    name                TEXT   NOT NULL,
    description         TEXT,
    labels              TEXT,
    created_at          BIGINT NOT NULL,
    etag                BIGINT NOT NULL,
    owner               TEXT   NOT NULL,
    endpoint_id         TEXT   NOT NULL,
    algorithm           TEXT   NOT NULL,
    secret_wo_version   BIGINT,
    rotation_policy_id  TEXT   NOT NULL,
    rotate_when_changed TEXT,
    minimum_version     BIGINT,
    deletion_protection BIGINT NOT NULL,
    next_probe_at       BIGINT NOT NULL,
    probes              BIGINT NOT NULL,
    probe_version       BIGINT NOT NULL,
    probe_at            BIGINT NOT NULL,
    probe_result        TEXT   NOT NULL,
    probe_status        BIGINT,
    probe_control       BIGINT,
    probe_detail        TEXT   NOT NULL,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment, id) REFERENCES credentials (tenant, environment, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant, environment, endpoint_id) REFERENCES webhook_endpoints (tenant, environment, id),
    FOREIGN KEY (tenant, environment, rotation_policy_id) REFERENCES rotation_policies (tenant, environment, id)
);
CREATE UNIQUE INDEX signing_secrets_name ON signing_secrets (tenant, environment, name);
CREATE INDEX signing_secrets_endpoint ON signing_secrets (tenant, environment, endpoint_id, id);
CREATE INDEX signing_secrets_rotation_policy ON signing_secrets (tenant, environment, rotation_policy_id);
CREATE INDEX signing_secrets_probe ON signing_secrets (next_probe_at, id) WHERE next_probe_at > 0;

-- body is sealed, and NULL after the delivery has ended. next_attempt_at is 0 after the end; ended_at is 0 before it.
CREATE TABLE deliveries (
    tenant          TEXT   NOT NULL,
    environment     TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    endpoint_id     TEXT   NOT NULL,
    type            TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    attempts        BIGINT NOT NULL,
    body            BYTEA,
    PRIMARY KEY (id),
    FOREIGN KEY (tenant, environment, endpoint_id) REFERENCES webhook_endpoints (tenant, environment, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX deliveries_endpoint ON deliveries (tenant, environment, endpoint_id, id);
CREATE INDEX deliveries_queued ON deliveries (tenant, environment, endpoint_id, next_attempt_at, id) WHERE next_attempt_at > 0;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at > 0;

CREATE TABLE delivery_attempts (
    delivery_id TEXT   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    attempt     BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    duration    BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    status      BIGINT,
    detail      TEXT   NOT NULL,
    signed_by   TEXT,
    PRIMARY KEY (delivery_id, attempt)
);

-- +goose Down
DROP TABLE delivery_attempts;
DROP TABLE deliveries;
DROP TABLE signing_secrets;
DROP TABLE webhook_endpoints;
ALTER TABLE secrets DROP COLUMN public_key;
ALTER TABLE secrets DROP COLUMN digest;
