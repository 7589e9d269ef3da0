-- A failed delivery keeps its sealed body, so that it can be sent again. resent is how many attempts it had then: the schedule
-- of attempts begins anew after them.

-- +goose Up
ALTER TABLE deliveries ADD COLUMN resent BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE deliveries DROP COLUMN resent;
