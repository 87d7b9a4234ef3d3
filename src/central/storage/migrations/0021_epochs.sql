-- The epoch that a record is sealed for: after a change of the region's key the older ones are
-- found by it and sealed again.
ALTER TABLE roster_records ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;
CREATE INDEX roster_records_by_epoch ON roster_records (epoch);
