-- Objects that were deleted while they were in use. deleting_since is 0 for an object that was not deleted.

-- +goose Up
ALTER TABLE connectors ADD COLUMN deleting_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connectors ADD COLUMN deleting_by TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN deleting_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN deleting_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rotation_policies ADD COLUMN deleting_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rotation_policies ADD COLUMN deleting_by TEXT NOT NULL DEFAULT '';

-- The name of an object that is deleting is free.
DROP INDEX connectors_name;
DROP INDEX webhook_endpoints_name;
DROP INDEX rotation_policies_name;
CREATE UNIQUE INDEX connectors_name ON connectors (tenant, environment, name) WHERE deleting_since = 0;
CREATE UNIQUE INDEX webhook_endpoints_name ON webhook_endpoints (tenant, environment, name) WHERE deleting_since = 0;
CREATE UNIQUE INDEX rotation_policies_name ON rotation_policies (tenant, environment, name) WHERE deleting_since = 0;
CREATE INDEX connectors_deleting ON connectors (tenant, environment, id) WHERE deleting_since > 0;
CREATE INDEX webhook_endpoints_deleting ON webhook_endpoints (tenant, environment, id) WHERE deleting_since > 0;
CREATE INDEX rotation_policies_deleting ON rotation_policies (tenant, environment, id) WHERE deleting_since > 0;

-- +goose Down

-- What is deleting gets a name that nothing else has.
UPDATE connectors SET name = LOWER(REPLACE(id, '_', '-')) WHERE deleting_since > 0;
UPDATE webhook_endpoints SET name = LOWER(REPLACE(id, '_', '-')) WHERE deleting_since > 0;
UPDATE rotation_policies SET name = LOWER(REPLACE(id, '_', '-')) WHERE deleting_since > 0;
DROP INDEX connectors_deleting;
DROP INDEX webhook_endpoints_deleting;
DROP INDEX rotation_policies_deleting;
DROP INDEX connectors_name;
DROP INDEX webhook_endpoints_name;
DROP INDEX rotation_policies_name;
CREATE UNIQUE INDEX connectors_name ON connectors (tenant, environment, name);
CREATE UNIQUE INDEX webhook_endpoints_name ON webhook_endpoints (tenant, environment, name);
CREATE UNIQUE INDEX rotation_policies_name ON rotation_policies (tenant, environment, name);
ALTER TABLE rotation_policies DROP COLUMN deleting_by;
ALTER TABLE rotation_policies DROP COLUMN deleting_since;
ALTER TABLE webhook_endpoints DROP COLUMN deleting_by;
ALTER TABLE webhook_endpoints DROP COLUMN deleting_since;
ALTER TABLE connectors DROP COLUMN deleting_by;
ALTER TABLE connectors DROP COLUMN deleting_since;
