-- Portable between SQLite and PostgreSQL. Times are microseconds since 1970 (0: none), booleans 0 or 1, lists and maps
-- JSON (NULL: null). SQLite accepts BYTEA as a column type and does not convert blobs in it.

-- +goose Up
CREATE TABLE tenants (
    name       TEXT   NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE environments (
    tenant     TEXT   NOT NULL REFERENCES tenants (name),
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE principals (
    id          TEXT   NOT NULL PRIMARY KEY,
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    token_hash  BYTEA  NOT NULL,
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX principals_token_hash ON principals (token_hash);

CREATE TABLE keys (
    purpose    TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (purpose, number)
);

CREATE TABLE rotation_policies (
    tenant                  TEXT   NOT NULL,
    environment             TEXT   NOT NULL,
    id                      TEXT   NOT NULL,
    name                    TEXT   NOT NULL,
    description             TEXT,
    labels                  TEXT,
    created_at              BIGINT NOT NULL,
    etag                    BIGINT NOT NULL,
    rotation_interval       TEXT   NOT NULL,
    rotation_overlap        TEXT   NOT NULL,
    max_stage               TEXT   NOT NULL,
    max_age                 TEXT,
    quiet_period            TEXT,
    require_acknowledgement BIGINT NOT NULL,
    on_stage_timeout        TEXT   NOT NULL,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX rotation_policies_name ON rotation_policies (tenant, environment, name);

-- The rotation state of every object with a secret, by the object's id. next_deadline is the next time at which the rules
-- settle a deadline. Reads of the object take the versions from read_from on. last_used_at is the last use of any version.
CREATE TABLE credentials (
    tenant          TEXT   NOT NULL,
    environment     TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    highest         BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    hold_reason     TEXT,
    hold_at         BIGINT NOT NULL,
    hold_by         TEXT   NOT NULL,
    expires_at      BIGINT NOT NULL,
    requested_after BIGINT NOT NULL,
    not_enforced    BIGINT NOT NULL,
    settled_base    BIGINT NOT NULL,
    settled_steps   TEXT,
    next_deadline   BIGINT NOT NULL,
    read_from       BIGINT NOT NULL,
    last_used_at    BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE INDEX credentials_due ON credentials (next_deadline, id) WHERE next_deadline > 0;

CREATE TABLE versions (
    credential_id  TEXT   NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    number         BIGINT NOT NULL,
    state          TEXT   NOT NULL,
    issued_at      BIGINT NOT NULL,
    current_since  BIGINT NOT NULL,
    previous_since BIGINT NOT NULL,
    deadline       BIGINT NOT NULL,
    ended_at       BIGINT NOT NULL,
    ended_by       TEXT   NOT NULL,
    end_reason     TEXT   NOT NULL,
    promoted_by    TEXT   NOT NULL,
    forced         BIGINT NOT NULL,
    evidence_kind  TEXT,
    evidence_at    BIGINT NOT NULL,
    evidence_actor TEXT   NOT NULL,
    last_used_at   BIGINT NOT NULL,
    rolled_back    BIGINT NOT NULL,
    PRIMARY KEY (credential_id, number)
);

-- Sealed values. A version that has ended has no row here, so it cannot be revealed, nor found by its hash.
CREATE TABLE secrets (
    credential_id TEXT   NOT NULL,
    number        BIGINT NOT NULL,
    lookup_hash   BYTEA,
    sealed        BYTEA  NOT NULL,
    PRIMARY KEY (credential_id, number),
    FOREIGN KEY (credential_id, number) REFERENCES versions (credential_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX secrets_lookup_hash ON secrets (lookup_hash);

CREATE TABLE connectors (
    tenant                 TEXT   NOT NULL,
    environment            TEXT   NOT NULL,
    id                     TEXT   NOT NULL,
    name                   TEXT   NOT NULL,
    description            TEXT,
    labels                 TEXT,
    created_at             BIGINT NOT NULL,
    etag                   BIGINT NOT NULL,
    owner                  TEXT   NOT NULL,
    type                   TEXT   NOT NULL,
    settings               TEXT,
    allowed_scopes         TEXT,
    enabled                BIGINT NOT NULL,
    rotation_policy_id     TEXT,
    credentials_wo_version BIGINT,
    digest                 TEXT   NOT NULL,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment, id) REFERENCES credentials (tenant, environment, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant, environment, rotation_policy_id) REFERENCES rotation_policies (tenant, environment, id)
);
CREATE UNIQUE INDEX connectors_name ON connectors (tenant, environment, name);
CREATE INDEX connectors_rotation_policy ON connectors (tenant, environment, rotation_policy_id);

CREATE TABLE scoped_tokens (
    tenant              TEXT   NOT NULL,
    environment         TEXT   NOT NULL,
    id                  TEXT   NOT NULL,
    name                TEXT   NOT NULL,
    description         TEXT,
    labels              TEXT,
    created_at          BIGINT NOT NULL,
    etag                BIGINT NOT NULL,
    owner               TEXT   NOT NULL,
    connector_id        TEXT   NOT NULL,
    scopes              TEXT,
    allowed_cidrs       TEXT,
    expires_at_given    TEXT,
    rotation_policy_id  TEXT,
    rotate_when_changed TEXT,
    minimum_version     BIGINT,
    deletion_protection BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment, id) REFERENCES credentials (tenant, environment, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant, environment, connector_id) REFERENCES connectors (tenant, environment, id),
    FOREIGN KEY (tenant, environment, rotation_policy_id) REFERENCES rotation_policies (tenant, environment, id)
);
CREATE UNIQUE INDEX scoped_tokens_name ON scoped_tokens (tenant, environment, name);
CREATE INDEX scoped_tokens_connector ON scoped_tokens (tenant, environment, connector_id);
CREATE INDEX scoped_tokens_rotation_policy ON scoped_tokens (tenant, environment, rotation_policy_id);

-- The highest version number ever issued under a name. Rows outlive the object.
CREATE TABLE names (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    highest     BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, kind, name)
);

CREATE TABLE audit_events (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    sequence    BIGINT NOT NULL,
    id          TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    request_id  TEXT   NOT NULL,
    detail      TEXT,
    previous    BYTEA,
    hash        BYTEA  NOT NULL,
    PRIMARY KEY (tenant, environment, sequence)
);
CREATE UNIQUE INDEX audit_events_id ON audit_events (tenant, environment, id);

CREATE TABLE idempotency (
    principal       TEXT   NOT NULL,
    method          TEXT   NOT NULL,
    path            TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    body_hash       BYTEA  NOT NULL,
    status          BIGINT NOT NULL,
    etag            TEXT   NOT NULL,
    location        TEXT   NOT NULL,
    body            BYTEA,
    at              BIGINT NOT NULL,
    PRIMARY KEY (principal, method, path, idempotency_key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
DROP TABLE idempotency;
DROP TABLE audit_events;
DROP TABLE names;
DROP TABLE scoped_tokens;
DROP TABLE connectors;
DROP TABLE secrets;
DROP TABLE versions;
DROP TABLE credentials;
DROP TABLE rotation_policies;
DROP TABLE keys;
DROP TABLE principals;
DROP TABLE environments;
DROP TABLE tenants;
