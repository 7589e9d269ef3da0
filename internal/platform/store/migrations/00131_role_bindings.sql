-- Which role the people of a group, or a person with a verified e-mail address, have in an environment. attribute is group or email.

-- +goose Up
CREATE TABLE role_bindings (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    etag        BIGINT NOT NULL,
    issuer_id   TEXT   NOT NULL,
    attribute   TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    mac         BYTEA,
    PRIMARY KEY (tenant, environment, id),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name),
    FOREIGN KEY (tenant, issuer_id) REFERENCES issuers (tenant, id)
);
CREATE UNIQUE INDEX role_bindings_once ON role_bindings (tenant, environment, issuer_id, attribute, value, role);
CREATE INDEX role_bindings_issuer ON role_bindings (tenant, issuer_id);

-- +goose Down
DROP TABLE role_bindings;
