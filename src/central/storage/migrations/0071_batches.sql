-- Stations that were prepared together, and the board that each of them is meant for.
CREATE TABLE device_batches (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
ALTER TABLE devices ADD COLUMN batch_id TEXT REFERENCES device_batches (id);
ALTER TABLE devices ADD COLUMN board_serial TEXT;
CREATE INDEX devices_by_batch ON devices (batch_id);
