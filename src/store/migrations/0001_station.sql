-- The station's database, version 1. This file never changes once it has landed.
--
-- The SQL is what SQLite and PostgreSQL share: text ids, times as integers (milliseconds since
-- 1970, UTC), BYTEA for bytes (SQLite keeps what it is given under any type name).

-- What joining a server gave. One row at most. Secret keys lie in files beside the database.
CREATE TABLE identity (
    id             TEXT   NOT NULL PRIMARY KEY CHECK (id = 'station'),
    central_url    TEXT   NOT NULL,
    device_id      TEXT   NOT NULL,
    enrolled       TEXT   NOT NULL,
    device_key     TEXT   NOT NULL,
    sealing_public BYTEA  NOT NULL,
    staff_envelope TEXT   NOT NULL,
    joined_at      BIGINT NOT NULL
);

-- What the station owes the server, in order. A row stays; its body goes once it is answered.
CREATE TABLE outbox (
    id          TEXT   NOT NULL PRIMARY KEY,
    seq         BIGINT NOT NULL UNIQUE,
    kind        TEXT   NOT NULL,
    body        TEXT,
    state       TEXT   NOT NULL CHECK (state IN ('queued', 'parked', 'answered')),
    attempts    BIGINT NOT NULL DEFAULT 0,
    last_try_at BIGINT,
    reason      TEXT,
    happened_at BIGINT NOT NULL,
    answered_at BIGINT,
    CHECK (body IS NOT NULL OR state = 'answered')
);
CREATE INDEX outbox_by_state ON outbox (state, seq);

-- What people accepted here, and what became of it.
CREATE TABLE acceptances (
    outbox_id   TEXT   NOT NULL PRIMARY KEY REFERENCES outbox (id),
    state       TEXT   NOT NULL CHECK (state IN ('kept', 'issued', 'refused')),
    serial      TEXT,
    accepted_at BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- The print queue. A state is written before what it names begins.
CREATE TABLE print_jobs (
    id             TEXT   NOT NULL PRIMARY KEY,
    print_id       TEXT   NOT NULL UNIQUE,
    serial         TEXT   NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('queued', 'sending', 'printed', 'failed', 'unknown')),
    cause          TEXT,
    options        TEXT   NOT NULL,
    sealed_picture BYTEA,
    queued_at      BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL
);
CREATE INDEX print_jobs_by_state ON print_jobs (state, queued_at);

-- Sealed records, opaque here, and the tags and look-up indexes that lead to them.
CREATE TABLE roster (
    id         TEXT   NOT NULL PRIMARY KEY,
    version    BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL
);
CREATE TABLE roster_keys (
    kind      TEXT  NOT NULL CHECK (kind IN ('card', 'look-up')),
    tag       BYTEA NOT NULL,
    record_id TEXT  NOT NULL REFERENCES roster (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, tag, record_id)
);
CREATE INDEX roster_keys_by_record ON roster_keys (record_id);

-- How far the roster has been fetched. One row at most. A generation is one walk from the start.
CREATE TABLE roster_cursor (
    id         TEXT   NOT NULL PRIMARY KEY CHECK (id = 'roster'),
    position   TEXT,
    generation BIGINT NOT NULL,
    synced_at  BIGINT
);

-- The trust list as it was signed. One row at most.
CREATE TABLE trust_list (
    id         TEXT   NOT NULL PRIMARY KEY CHECK (id = 'trust'),
    version    BIGINT NOT NULL,
    bytes      BYTEA  NOT NULL,
    etag       TEXT,
    fetched_at BIGINT NOT NULL
);

-- Status lists as they were signed.
CREATE TABLE status_lists (
    issuer     TEXT   NOT NULL,
    kid        TEXT   NOT NULL,
    bytes      BYTEA  NOT NULL,
    etag       TEXT,
    iat        BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, kid)
);

-- The latest moment that is known to have passed. One row at most; it only grows.
CREATE TABLE clock_floor (
    id       TEXT   NOT NULL PRIMARY KEY CHECK (id = 'floor'),
    floor_at BIGINT NOT NULL
);

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- What happened, for staff and support: never personal data.
CREATE TABLE events (
    seq    BIGINT NOT NULL PRIMARY KEY,
    at     BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    detail TEXT   NOT NULL
);
