-- What is left of an object with a credential after it was deleted. Its values and its data keys are gone.

-- +goose Up
CREATE TABLE tombstones (
    tenant         TEXT   NOT NULL,
    environment    TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    owner          TEXT   NOT NULL,
    connector_id   TEXT   NOT NULL,
    connector_name TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    closed_at      BIGINT NOT NULL,
    closed_by      TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    highest        BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, id)
);

-- By which a value that is found later is recognised. A keyed hash of a random value says nothing of it.
CREATE TABLE closed_values (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    hash        BYTEA  NOT NULL,
    id          TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    end_reason  TEXT   NOT NULL,
    ended_by    TEXT   NOT NULL,
    PRIMARY KEY (tenant, environment, hash, id, version),
    FOREIGN KEY (tenant, environment, id) REFERENCES tombstones (tenant, environment, id)
);

-- +goose Down
DROP TABLE closed_values;
DROP TABLE tombstones;
