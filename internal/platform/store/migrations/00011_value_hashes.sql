-- What is left of a value: its keyed hash. It tells whether a value that somebody found was ever one of ours.

-- +goose Up

-- Rows outlive the rows of secrets, and go with their credential. Two signing secrets may have been supplied the same value,
-- so a hash may be there more than once.
CREATE TABLE value_hashes (
    credential_id TEXT   NOT NULL,
    number        BIGINT NOT NULL,
    hash          BYTEA  NOT NULL,
    PRIMARY KEY (credential_id, number),
    FOREIGN KEY (credential_id, number) REFERENCES versions (credential_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX value_hashes_hash ON value_hashes (hash);
INSERT INTO value_hashes (credential_id, number, hash)
SELECT credential_id, number, lookup_hash FROM secrets WHERE lookup_hash IS NOT NULL;

-- +goose Down
DROP TABLE value_hashes;
