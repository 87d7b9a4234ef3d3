-- How each station is, as it said last.
CREATE TABLE device_states (
    device_id TEXT PRIMARY KEY REFERENCES devices (id),
    at BIGINT NOT NULL,
    -- The report, as the protocol writes it (JSON).
    state TEXT NOT NULL
);

-- From when until when a part of a station was amiss. NULL: it still is.
CREATE TABLE device_faults (
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    part TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX device_faults_by_device ON device_faults (device_id, ended_at);
CREATE INDEX device_faults_by_time ON device_faults (began_at);
