-- Exemptions from the rules of an environment: one object, which need not exist yet, and one rule, until a date. expires_at is the
-- date as the user wrote it. ended_at is 0 until the platform has noted in the audit trail that the date has passed.

-- +goose Up
CREATE TABLE guardrail_exemptions (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    etag        BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    expires_at  TEXT   NOT NULL,
    expires     BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    mac         BYTEA,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX guardrail_exemptions_object ON guardrail_exemptions (tenant, environment, kind, name, rule);
CREATE INDEX guardrail_exemptions_end ON guardrail_exemptions (ended_at, expires);

-- +goose Down
DROP TABLE guardrail_exemptions;
