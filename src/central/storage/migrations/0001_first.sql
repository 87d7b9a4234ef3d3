-- SQL that SQLite and PostgreSQL share: text ids, integer times (seconds since 1970, UTC), days as
-- text YYYY-MM-DD, bytes as BYTEA (a column in which SQLite leaves bytes as they are).
-- Numbered files; once one has landed it is never edited.

CREATE TABLE people (
    nip BIGINT PRIMARY KEY,
    -- Random: the name under which the sealed record travels. Says nothing about the person.
    record_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    status_since TEXT,
    tmt TEXT,
    contract_end TEXT,
    body TEXT NOT NULL,
    unit TEXT NOT NULL,
    position TEXT NOT NULL,
    karpeg TEXT,
    changed_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    nip BIGINT PRIMARY KEY REFERENCES people (nip),
    -- Argon2id in PHC form. NULL: nobody has set a password yet.
    password_hash TEXT,
    -- HMAC of the one-time activation code under the server's code key.
    code_hash BYTEA,
    code_expires_at BIGINT,
    activated_at BIGINT
);

CREATE TABLE issuers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    -- JSON list of the employing bodies that it may name.
    bodies TEXT NOT NULL
);

CREATE TABLE issuer_keys (
    issuer TEXT NOT NULL REFERENCES issuers (id),
    kid TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    revoked_at BIGINT,
    -- Entries of this key's status list. Grows by doubling, never shrinks.
    list_length BIGINT NOT NULL,
    PRIMARY KEY (issuer, kid)
);

-- One card made for one person. Nothing here changes later but the state.
CREATE TABLE issues (
    serial TEXT PRIMARY KEY,
    face_serial TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,
    kid TEXT NOT NULL,
    status_index BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('live', 'replaced', 'revoked', 'suspended')),
    nip BIGINT NOT NULL REFERENCES people (nip),
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    unit TEXT NOT NULL,
    photo_hash TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    return_to TEXT NOT NULL,
    front_code TEXT NOT NULL,
    back_code TEXT NOT NULL,
    item_id TEXT NOT NULL UNIQUE,
    pick_up_hash BYTEA NOT NULL,
    FOREIGN KEY (issuer, kid) REFERENCES issuer_keys (issuer, kid),
    -- An index is drawn once and belongs to that issue for good.
    UNIQUE (issuer, kid, status_index)
);
CREATE INDEX issues_by_nip ON issues (nip);
CREATE INDEX issues_by_pick_up ON issues (pick_up_hash);

CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    utc_offset_hours BIGINT NOT NULL,
    code_hash BYTEA UNIQUE,
    code_expires_at BIGINT,
    device_public BYTEA,
    sealing_public BYTEA,
    version TEXT,
    created_at BIGINT NOT NULL,
    enrolled_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE prints (
    id TEXT PRIMARY KEY,
    serial TEXT NOT NULL REFERENCES issues (serial),
    device_id TEXT NOT NULL REFERENCES devices (id),
    outcome TEXT NOT NULL,
    happened_at BIGINT NOT NULL
);

CREATE TABLE device_sessions (
    token_hash BYTEA PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    expires_at BIGINT NOT NULL
);

CREATE TABLE nonces (
    nonce BYTEA PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    expires_at BIGINT NOT NULL
);

-- What a sign-in gives a station: the right to hand in one acceptance for this person.
CREATE TABLE grants (
    hash BYTEA PRIMARY KEY,
    nip BIGINT NOT NULL REFERENCES people (nip),
    device_id TEXT NOT NULL REFERENCES devices (id),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    item_id TEXT
);

-- The first answer to each item, so that a repeat gets the same.
CREATE TABLE outbox_items (
    id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    answer TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);

-- One sealed record a person. change_no grows over all records: it is the stations' cursor.
CREATE TABLE roster_records (
    record_id TEXT PRIMARY KEY,
    nip BIGINT UNIQUE REFERENCES people (nip),
    change_no BIGINT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    -- Day on which it was sealed: a contract that has run out since then seals it again.
    sealed_on TEXT NOT NULL,
    -- NULL: stations must forget the record.
    sealed TEXT
);

CREATE TABLE photos (
    hash TEXT PRIMARY KEY,
    bytes BIGINT NOT NULL,
    stored_at BIGINT NOT NULL
);

-- Signed documents as they went out, so that their dates never go back and their ETag stays.
CREATE TABLE signed_documents (
    name TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    content_hash BYTEA NOT NULL,
    signed BYTEA NOT NULL,
    signed_at BIGINT NOT NULL
);

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Who did what. The subject is a serial, a record id or a device id, never a name or a NIP.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
