-- Signing in other than with NIP and password at a station's screen.

-- RFC 8628: what a station offers and a phone approves. Both codes are kept as hashes.
CREATE TABLE sign_in_offers (
    device_code_hash BYTEA PRIMARY KEY,
    user_code_hash BYTEA NOT NULL UNIQUE,
    device_id TEXT NOT NULL REFERENCES devices (id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'opened', 'approved', 'denied')),
    nip BIGINT REFERENCES people (nip),
    interval_s BIGINT NOT NULL,
    -- Milliseconds since 1970 of the last question.
    asked_at_ms BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Challenges that only a clerk's code and PIN open. Spent by the first answer.
CREATE TABLE assist_nonces (
    nonce_hash BYTEA PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    nip BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Phones that are signed in. The cookie holds series and secret; the secret is another one every
-- few minutes, so that a stolen copy is noticed when the older one comes back.
CREATE TABLE phone_sessions (
    series TEXT PRIMARY KEY,
    nip BIGINT NOT NULL REFERENCES people (nip),
    secret_hash BYTEA NOT NULL,
    former_hash BYTEA,
    rotated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- 1: `Ingat Saya`.
    remember BIGINT NOT NULL
);
CREATE INDEX phone_sessions_by_nip ON phone_sessions (nip);
