-- The reads of findings, and of who used a network, go by these.

-- +goose Up
CREATE INDEX findings_page ON findings (tenant, environment, id);
CREATE INDEX findings_open ON findings (state, id);
CREATE INDEX version_uses_environment ON version_uses (tenant, environment, credential_id);

-- +goose Down
DROP INDEX version_uses_environment;
DROP INDEX findings_open;
DROP INDEX findings_page;
