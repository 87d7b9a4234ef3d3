-- What the office has said of words for a status that the program does not know.
CREATE TABLE import_words (
    -- In small letters, one blank between.
    word TEXT PRIMARY KEY,
    -- A status.
    meaning TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Lists that were taken in. What the last one changed is kept beside it, so that it can be taken back.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    -- In the order in which they were taken in.
    no BIGINT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    -- Set when it was taken back.
    undone_at BIGINT
);

CREATE TABLE import_changes (
    import_id TEXT NOT NULL REFERENCES imports (id),
    nip BIGINT NOT NULL,
    -- The person before (JSON); NULL: new by this list.
    before TEXT,
    -- SHA-256 of the person as the list left them: whether they were changed since.
    after TEXT NOT NULL,
    PRIMARY KEY (import_id, nip)
);
