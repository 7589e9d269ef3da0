-- Which objects of a tenant were supplied which values, as keyed hashes: by them a value that another object has is found. Values
-- that were supplied before this migration are not in it.

-- +goose Up
CREATE TABLE value_uses (
    tenant      TEXT  NOT NULL,
    environment TEXT  NOT NULL,
    kind        TEXT  NOT NULL,
    object_id   TEXT  NOT NULL,
    digest      BYTEA NOT NULL,
    PRIMARY KEY (tenant, object_id, digest),
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE INDEX value_uses_digest ON value_uses (tenant, digest);

-- +goose Down
DROP TABLE value_uses;
