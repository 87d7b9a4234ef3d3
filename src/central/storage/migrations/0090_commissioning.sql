-- How technicians left the stations. Every report stays: the last one stands on the page, those before it are history.
CREATE TABLE device_reports (
    item_id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    -- When the station made it, and when it came.
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- The station's own signature over it (COSE_Sign1).
    signed BYTEA NOT NULL,
    -- What it says (JSON).
    report TEXT NOT NULL
);
CREATE INDEX device_reports_by_device ON device_reports (device_id, at);
