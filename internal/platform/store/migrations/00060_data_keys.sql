-- Keys that can be rotated. A key-encryption key (KEK) has a number; the keyring holds the key itself. The highest number seals
-- what is new. rewrapped_at is 0 while something may be sealed under an older number, or as builds before this migration did.
-- retired_at is 0 while the KEK is in use.
--
-- One data key of each KEK for each environment (credential is '') and for each credential, wrapped by its KEK. What is sealed
-- begins with the number and the id of its data key. A data key may be stored before its credential.

-- +goose Up
CREATE TABLE keks (
    number       BIGINT NOT NULL PRIMARY KEY,
    created_at   BIGINT NOT NULL,
    rewrapped_at BIGINT NOT NULL,
    retired_at   BIGINT NOT NULL
);

CREATE TABLE data_keys (
    id          BYTEA  NOT NULL PRIMARY KEY,
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    credential  TEXT   NOT NULL,
    number      BIGINT NOT NULL REFERENCES keks (number),
    wrapped     BYTEA  NOT NULL,
    created_at  BIGINT NOT NULL,
    FOREIGN KEY (tenant, environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX data_keys_owner ON data_keys (tenant, environment, credential, number);
CREATE INDEX data_keys_number ON data_keys (number);

-- +goose Down
DROP TABLE data_keys;
DROP TABLE keks;
