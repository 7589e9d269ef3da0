-- What writes in an environment are checked by: one row for each environment. id is '' and etag 0 where no policy is written;
-- rules are those in force, and defaults those that hold without a policy, both as JSON. Environments that are older than this
-- migration begin with every rule off.

-- +goose Up
CREATE TABLE environment_policies (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    etag        BIGINT NOT NULL,
    rules       TEXT   NOT NULL,
    defaults    TEXT   NOT NULL,
    mac         BYTEA,
    PRIMARY KEY (tenant, environment),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
INSERT INTO environment_policies (tenant, environment, id, created_at, etag, rules, defaults)
SELECT tenant, name, '', 0, 0, '{}', '{}' FROM environments;

-- +goose Down
DROP TABLE environment_policies;
