-- What completes an interrupted apply: the runs that create objects, and the claims that they sent with each create.

-- +goose Up

-- A run is one instance of the provider. It is alive until lease_until. ended_at is 0 for a run that nobody has ended;
-- in_order is 1 where it ended in order.
CREATE TABLE runs (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    principal   TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    in_order    BIGINT NOT NULL,
    mac         BYTEA,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE INDEX runs_lease ON runs (lease_until);

-- The claims of an object, numbered from 1. The last one counts; those before it were superseded by an adoption.
-- claim_hash and specification are keyed. etag is what the object had when the claim was made. presented_at is 0 until a
-- read presents the claim, superseded_at until a run adopts the object. The row of a claim that was presented goes after
-- a day: an object without one is never adopted.
CREATE TABLE claims (
    tenant         TEXT   NOT NULL,
    environment    TEXT   NOT NULL,
    object_id      TEXT   NOT NULL,
    number         BIGINT NOT NULL,
    kind           TEXT   NOT NULL,
    claim_hash     BYTEA  NOT NULL,
    specification  BYTEA  NOT NULL,
    run_id         TEXT   NOT NULL,
    principal      TEXT   NOT NULL,
    etag           BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    presented_at   BIGINT NOT NULL,
    superseded_at  BIGINT NOT NULL,
    superseded_by  TEXT   NOT NULL,
    superseded_run TEXT   NOT NULL,
    mac            BYTEA,
    PRIMARY KEY (tenant, environment, object_id, number),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE INDEX claims_unpresented ON claims (tenant, environment, object_id) WHERE presented_at = 0 AND superseded_at = 0;
CREATE INDEX claims_specification ON claims (tenant, environment, specification)
    WHERE presented_at = 0 AND superseded_at = 0;
CREATE INDEX claims_presented ON claims (presented_at) WHERE presented_at > 0 AND superseded_at = 0;
CREATE INDEX claims_created ON claims (kind, created_at);

-- +goose Down
DROP TABLE claims;
DROP TABLE runs;
