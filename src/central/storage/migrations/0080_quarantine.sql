-- What a station handed over after it was revoked: as it lay there, not acted on until staff decide.
-- The id is the station's own word, so it counts for that station alone.
CREATE TABLE quarantine (
    device_id TEXT NOT NULL REFERENCES devices (id),
    id TEXT NOT NULL,
    -- The order in which the station owed it.
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- NULL once decided: a portrait does not wait for nothing.
    body TEXT,
    bytes BIGINT NOT NULL,
    -- Why the station had parked it, where it had.
    reason TEXT,
    happened_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- released, discarded
    decision TEXT,
    decided_at BIGINT,
    decided_by TEXT,
    -- What releasing it came to: issued, noted, or rejected with its reason.
    outcome TEXT,
    PRIMARY KEY (device_id, id),
    CHECK (body IS NOT NULL OR decision IS NOT NULL)
);
CREATE INDEX quarantine_by_position ON quarantine (device_id, position);

-- When the station said that nothing is left on it.
ALTER TABLE devices ADD COLUMN wiped_at BIGINT;
