-- Wrong second factors of staff after a right password: counted here, so that neither a restart nor
-- a flood of names forgives them, and for staff alone, so that nobody else's try stores anything.
ALTER TABLE staff ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN tried_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN wait_until BIGINT NOT NULL DEFAULT 0;
