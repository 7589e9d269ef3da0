-- The platform notifies webhook endpoints of facts about credentials: see package notifications.

-- +goose Up

-- The facts that were raised, so that each one is sent once, also where nobody wanted to know of it then. object_id is what
-- the fact is about, and fact what tells it from others of its type about the same object.
CREATE TABLE notified (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    fact        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, object_id, type, fact)
);
CREATE INDEX notified_at ON notified (at);

-- How many facts of a type were sent in an environment since from_at, and how many were left out since the last one that
-- was sent.
CREATE TABLE notification_windows (
    tenant      TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    from_at     BIGINT NOT NULL,
    sent        BIGINT NOT NULL,
    left_out    BIGINT NOT NULL,
    PRIMARY KEY (tenant, environment, type)
);

-- Whether event_types names types of the platform.
ALTER TABLE webhook_endpoints ADD COLUMN notified BIGINT NOT NULL DEFAULT 0;
UPDATE webhook_endpoints SET notified = 1 WHERE event_types LIKE '%"quickconnect.%';
CREATE INDEX webhook_endpoints_notified ON webhook_endpoints (tenant, environment, notified, id);

-- When it has to be looked at whether a rotation has fallen due; 0 for never. Every change of a credential or of its policy
-- sets 1: it is looked at then, and what that finds says when to look next.
ALTER TABLE credentials ADD COLUMN notice_at BIGINT NOT NULL DEFAULT 1;
CREATE INDEX credentials_notice_at ON credentials (notice_at, id);

-- +goose Down
DROP INDEX credentials_notice_at;
ALTER TABLE credentials DROP COLUMN notice_at;
DROP INDEX webhook_endpoints_notified;
ALTER TABLE webhook_endpoints DROP COLUMN notified;
DROP TABLE notification_windows;
DROP TABLE notified;
