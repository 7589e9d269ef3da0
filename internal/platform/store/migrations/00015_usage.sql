-- How much each environment stores, so that a limit is checked without counting. objects and bytes are kept by the writes
-- themselves: kind is the path of a kind of object, or deliveries (queued ones, with the bytes of their bodies), or answers.

-- +goose Up
CREATE TABLE usage (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    objects     BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, kind)
);

-- An answer is counted in the environment of its principal.
ALTER TABLE idempotency ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
ALTER TABLE idempotency ADD COLUMN environment TEXT NOT NULL DEFAULT '';
UPDATE idempotency SET
    tenant = COALESCE((SELECT p.tenant FROM principals p WHERE p.id = idempotency.principal), ''),
    environment = COALESCE((SELECT p.environment FROM principals p WHERE p.id = idempotency.principal), '');
CREATE INDEX idempotency_environment ON idempotency (tenant, environment, at);

INSERT INTO usage SELECT tenant, environment, 'connectors', COUNT(*), 0 FROM connectors GROUP BY tenant, environment;
INSERT INTO usage SELECT tenant, environment, 'scoped-tokens', COUNT(*), 0 FROM scoped_tokens GROUP BY tenant, environment;
INSERT INTO usage SELECT tenant, environment, 'webhook-endpoints', COUNT(*), 0 FROM webhook_endpoints GROUP BY tenant, environment;
INSERT INTO usage SELECT tenant, environment, 'signing-secrets', COUNT(*), 0 FROM signing_secrets GROUP BY tenant, environment;
INSERT INTO usage SELECT tenant, environment, 'rotation-policies', COUNT(*), 0 FROM rotation_policies GROUP BY tenant, environment;
INSERT INTO usage SELECT tenant, environment, 'deliveries', COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM deliveries
    WHERE next_attempt_at > 0 GROUP BY tenant, environment;
INSERT INTO usage SELECT tenant, environment, 'answers', COUNT(*), 0 FROM idempotency GROUP BY tenant, environment;

-- +goose Down
DROP INDEX idempotency_environment;
ALTER TABLE idempotency DROP COLUMN environment;
ALTER TABLE idempotency DROP COLUMN tenant;
DROP TABLE usage;
