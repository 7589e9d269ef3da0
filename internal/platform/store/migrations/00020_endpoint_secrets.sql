-- What an endpoint adds to its requests. Of a URL that is a secret, url has the scheme and the host alone. Sealed values are
-- NULL where there is none. number is the number that the configuration gave a value.

-- +goose Up
ALTER TABLE webhook_endpoints ADD COLUMN sealed_url BYTEA;
ALTER TABLE webhook_endpoints ADD COLUMN url_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN url_number BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN sealed_headers BYTEA;
ALTER TABLE webhook_endpoints ADD COLUMN headers_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN headers_number BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN ca_certificate TEXT;
ALTER TABLE webhook_endpoints ADD COLUMN client_certificate TEXT;
ALTER TABLE webhook_endpoints ADD COLUMN sealed_client_key BYTEA;
ALTER TABLE webhook_endpoints ADD COLUMN client_key_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_endpoints ADD COLUMN client_key_number BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN rate_limit BIGINT;

-- +goose Down
ALTER TABLE webhook_endpoints DROP COLUMN rate_limit;
ALTER TABLE webhook_endpoints DROP COLUMN client_key_number;
ALTER TABLE webhook_endpoints DROP COLUMN client_key_digest;
ALTER TABLE webhook_endpoints DROP COLUMN sealed_client_key;
ALTER TABLE webhook_endpoints DROP COLUMN client_certificate;
ALTER TABLE webhook_endpoints DROP COLUMN ca_certificate;
ALTER TABLE webhook_endpoints DROP COLUMN headers_number;
ALTER TABLE webhook_endpoints DROP COLUMN headers_digest;
ALTER TABLE webhook_endpoints DROP COLUMN sealed_headers;
ALTER TABLE webhook_endpoints DROP COLUMN url_number;
ALTER TABLE webhook_endpoints DROP COLUMN url_digest;
ALTER TABLE webhook_endpoints DROP COLUMN sealed_url;
