-- Who signs people in. An issuer is of one tenant, and stays with removed_at when it is removed, so that nobody else gets its name.
-- sealed is the secret of the client, under a data key of key_environment; NULL for a public client. A person is who an issuer calls
-- by one subject; what the issuer said last is in its row. gone_at is 0 until the issuer no longer knows the person.

-- +goose Up
CREATE TABLE issuers (
    tenant          TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    url             TEXT   NOT NULL,
    client_id       TEXT   NOT NULL,
    key_environment TEXT   NOT NULL,
    sealed          BYTEA,
    groups_claim    TEXT   NOT NULL,
    required_acr    TEXT,
    required_amr    TEXT,
    created_at      BIGINT NOT NULL,
    removed_at      BIGINT NOT NULL,
    mac             BYTEA,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, key_environment) REFERENCES environments (tenant, name)
);
CREATE UNIQUE INDEX issuers_name ON issuers (tenant, name);
CREATE UNIQUE INDEX issuers_id ON issuers (id);

CREATE TABLE persons (
    tenant         TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    issuer_id      TEXT   NOT NULL,
    subject        TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    email          TEXT   NOT NULL,
    email_verified BIGINT NOT NULL,
    member_of      TEXT,
    created_at     BIGINT NOT NULL,
    seen_at        BIGINT NOT NULL,
    gone_at        BIGINT NOT NULL,
    mac            BYTEA,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, issuer_id) REFERENCES issuers (tenant, id)
);
CREATE UNIQUE INDEX persons_subject ON persons (tenant, issuer_id, subject);
CREATE UNIQUE INDEX persons_id ON persons (id);

-- +goose Down
DROP TABLE persons;
DROP TABLE issuers;
