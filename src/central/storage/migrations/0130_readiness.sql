-- A row that is written to see whether the database takes one. It says nothing else.
CREATE TABLE readiness (
    id       TEXT   NOT NULL PRIMARY KEY,
    tried_at BIGINT NOT NULL
);
