-- The trust list of all issuers, signed by a root that is elsewhere. One row.
CREATE TABLE shared_trust (
    id TEXT PRIMARY KEY,
    root_public BYTEA NOT NULL,
    version BIGINT NOT NULL,
    signed BYTEA NOT NULL,
    imported_at BIGINT NOT NULL
);

-- From one root to the next, signed by the former one. Stations follow them from the root they hold.
CREATE TABLE root_handovers (
    id TEXT PRIMARY KEY,
    signed BYTEA NOT NULL,
    added_at BIGINT NOT NULL
);
