-- Who uses which version of a credential, as package uses adds it up: networks, consumers and scopes are lists with a first
-- and a last use and a number for each, within limits; others counts what is beyond them, and unscoped the uses for no named
-- scope.

-- +goose Up
CREATE TABLE version_uses (
    tenant        TEXT   NOT NULL,
    environment   TEXT   NOT NULL,
    credential_id TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    first_at      BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    uses          BIGINT NOT NULL,
    networks      TEXT   NOT NULL,
    consumers     TEXT   NOT NULL,
    scopes        TEXT   NOT NULL,
    unscoped      BIGINT NOT NULL,
    others        TEXT   NOT NULL,
    PRIMARY KEY (credential_id, version),
    FOREIGN KEY (credential_id, version) REFERENCES versions (credential_id, number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);

-- When recording was impaired, of the whole platform. reason is not_recorded (before the first start of a build that
-- records), late (the database could not be written for a while, and the uses were kept) or lost (details of so many uses
-- are missing).
CREATE TABLE use_impairments (
    from_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    reason   TEXT   NOT NULL,
    lost     BIGINT NOT NULL,
    PRIMARY KEY (from_at, reason)
);

-- +goose Down
DROP TABLE use_impairments;
DROP TABLE version_uses;
