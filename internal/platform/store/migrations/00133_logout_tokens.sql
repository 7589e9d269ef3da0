-- Logout tokens of issuers that were taken, so that each is taken once, for as long as one could be taken again. An issuer is found
-- by its URL.

-- +goose Up
CREATE TABLE logout_tokens (
    hash       BYTEA  NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX logout_tokens_expires_at ON logout_tokens (expires_at);
CREATE INDEX issuers_url ON issuers (url, tenant, id);

-- +goose Down
DROP INDEX issuers_url;
DROP TABLE logout_tokens;
