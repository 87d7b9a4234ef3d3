-- What people ask for beside a card: a new password, a correction, a link for the phone.

-- Where a person can be written to. Not part of the sealed record: stations need no addresses.
CREATE TABLE contacts (
    nip BIGINT PRIMARY KEY REFERENCES people (nip),
    email TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- `Lupa Kata Sandi`: a link that was mailed, good once.
CREATE TABLE password_links (
    token_hash BYTEA PRIMARY KEY,
    nip BIGINT NOT NULL REFERENCES people (nip),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- `Data saya keliru`.
CREATE TABLE corrections (
    number TEXT PRIMARY KEY,
    nip BIGINT NOT NULL REFERENCES people (nip),
    -- Words of the protocol, with commas between.
    fields TEXT NOT NULL,
    device_id TEXT REFERENCES devices (id),
    asked_at BIGINT NOT NULL,
    answer TEXT,
    answered_at BIGINT
);
CREATE INDEX corrections_by_nip ON corrections (nip);

-- Which station was given which card last: only there a link to it may be asked for.
CREATE TABLE handed_cards (
    serial TEXT NOT NULL REFERENCES issues (serial),
    device_id TEXT NOT NULL REFERENCES devices (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (serial, device_id)
);

-- `Unduh`: one card, for the first phone that opens the link.
CREATE TABLE download_links (
    token_hash BYTEA PRIMARY KEY,
    serial TEXT NOT NULL REFERENCES issues (serial),
    -- The phone that opened it.
    opened_by BYTEA,
    expires_at BIGINT NOT NULL
);
