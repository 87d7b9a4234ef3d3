-- What became of a person's data, field by field. Only ever added to.
CREATE TABLE person_changes (
    -- In the order in which they were made.
    no BIGINT PRIMARY KEY,
    nip BIGINT NOT NULL REFERENCES people (nip),
    at BIGINT NOT NULL,
    -- Who: a record id, an API client, or the console.
    actor TEXT NOT NULL,
    -- By what way: import, api, office, sample.
    way TEXT NOT NULL,
    field TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
CREATE INDEX person_changes_by_nip ON person_changes (nip, no);
