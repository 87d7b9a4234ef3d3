-- Items of stations that come in parts because they are too large for the way here. One at a time for each station.
CREATE TABLE outbox_uploads (
    device_id TEXT NOT NULL PRIMARY KEY REFERENCES devices (id),
    item_id TEXT NOT NULL,
    -- Of the whole, in hexadecimal.
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    received BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE outbox_parts (
    device_id TEXT NOT NULL REFERENCES devices (id),
    position BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (device_id, position)
);
