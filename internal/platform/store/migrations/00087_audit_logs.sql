-- The audit trail as a transparency log: a Merkle tree over the events of an environment. leaf is 0, 1, 2 … in its log. hashes
-- has the hash of the leaf, followed by those of the subtrees that it completes. An erased event (erased is 1) has only its id
-- and its commitment left.
--
-- The events of older builds were in a hash chain: audit_chain. txn.Open makes them the first leaves, salts them, and deletes
-- them there. chain_size and chain_head keep how many they were, and the hash of the last one.

-- +goose Up
DROP INDEX audit_events_id;
ALTER TABLE audit_events RENAME TO audit_chain;

CREATE TABLE audit_events (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    leaf        BIGINT NOT NULL,
    id          TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    workload    TEXT   NOT NULL,
    claims      TEXT,
    action      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    user_agent  TEXT   NOT NULL,
    request_id  TEXT   NOT NULL,
    detail      TEXT,
    salt        BYTEA,
    commitment  BYTEA  NOT NULL,
    hashes      BYTEA  NOT NULL,
    erased      BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, leaf)
);
CREATE UNIQUE INDEX audit_events_id ON audit_events (tenant, environment, id);

-- One row for each environment with events, which is written last in a transaction. edge has the hashes of the complete
-- subtrees, the largest first.
CREATE TABLE audit_logs (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    root        BYTEA  NOT NULL,
    edge        BYTEA  NOT NULL,
    chain_size  BIGINT NOT NULL,
    chain_head  BYTEA,
    PRIMARY KEY (tenant, environment)
);

CREATE TABLE audit_checkpoints (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    note        TEXT   NOT NULL,
    PRIMARY KEY (tenant, environment, size)
);

-- +goose Down
-- The events stay. The chain of older builds goes on after them, and does not verify over them.
DROP TABLE audit_checkpoints;
DROP TABLE audit_logs;
INSERT INTO audit_chain (tenant, environment, sequence, id, at, actor, action, kind, object_id, request_id, detail, previous, hash)
SELECT tenant, environment, leaf + 1, id, at, actor, action, kind, object_id, request_id, detail, NULL, commitment FROM audit_events;
DROP TABLE audit_events;
ALTER TABLE audit_chain RENAME TO audit_events;
CREATE UNIQUE INDEX audit_events_id ON audit_events (tenant, environment, id);
