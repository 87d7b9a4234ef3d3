-- What staff do at a station: who looked at whom, the visitor log, and who the staff are.

-- A chain by hashes. The subject is a serial, a record id or a print id: never a name or a NIP.
CREATE TABLE audit_chain (
    seq      BIGINT NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    action   TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    previous BYTEA  NOT NULL,
    hash     BYTEA  NOT NULL
);

-- The visitor log: who came to whom is in the sealed part.
CREATE TABLE visits (
    id     TEXT   NOT NULL PRIMARY KEY,
    at     BIGINT NOT NULL,
    sealed BYTEA  NOT NULL
);
CREATE INDEX visits_by_time ON visits (at);

-- Staff beside the one who was there when the station joined. The envelope is the station's
-- private key under their code and PIN; the tag (0 to 255) finds it without trying all.
CREATE TABLE staff (
    id       TEXT   NOT NULL PRIMARY KEY,
    name     TEXT   NOT NULL,
    tag      BIGINT NOT NULL,
    envelope TEXT   NOT NULL,
    added_at BIGINT NOT NULL
);
