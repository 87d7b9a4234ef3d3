-- Who of the employees works with the office's pages, and what they decide there.

CREATE TABLE staff (
    nip BIGINT PRIMARY KEY REFERENCES people (nip),
    role TEXT NOT NULL CHECK (role IN ('administrator', 'desk', 'technician')),
    -- Which second factor. Its secret is nowhere in the database: it follows from the server's code
    -- key, the person and this number.
    totp_no BIGINT NOT NULL,
    -- The last time step whose code was used: no code counts twice.
    totp_last BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);

CREATE TABLE staff_sessions (
    token_hash BYTEA PRIMARY KEY,
    nip BIGINT NOT NULL REFERENCES staff (nip),
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- What was decided about a card after it was issued. Only ever added to.
CREATE TABLE issue_decisions (
    -- In the order in which they were made.
    no BIGINT PRIMARY KEY,
    serial TEXT NOT NULL REFERENCES issues (serial),
    decision TEXT NOT NULL CHECK (decision IN ('suspend', 'resume', 'revoke')),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX issue_decisions_by_serial ON issue_decisions (serial);

-- When a station last opened a session: at least every quarter of an hour while it reaches the server.
ALTER TABLE devices ADD COLUMN seen_at BIGINT;
