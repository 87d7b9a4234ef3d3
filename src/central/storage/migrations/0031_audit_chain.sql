-- What stations say of who looked at whom, each station's chain as it came. The subject is a serial, a
-- record id or a print id, never a name or a NIP.
CREATE TABLE audit_chain (
    item_id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    -- In the order of arrival at the server, over all stations.
    arrival BIGINT NOT NULL UNIQUE,
    seq BIGINT NOT NULL,
    -- Milliseconds, as the station hashed them.
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    -- NULL: it follows from the one before.
    broken TEXT,
    received_at BIGINT NOT NULL
);
CREATE INDEX audit_chain_by_device ON audit_chain (device_id, arrival);
CREATE INDEX audit_chain_by_subject ON audit_chain (subject);
