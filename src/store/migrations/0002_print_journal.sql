-- Print jobs that were sent to a printer that gives no word, or that came out spoiled; what a job
-- leaves at its printer; and the journal of every job. SQLite cannot change a CHECK: the table is
-- made anew.
CREATE TABLE print_jobs_2 (
    id             TEXT   NOT NULL PRIMARY KEY,
    print_id       TEXT   NOT NULL UNIQUE,
    serial         TEXT   NOT NULL,
    state          TEXT   NOT NULL
        CHECK (state IN ('queued', 'sending', 'printed', 'sent', 'failed', 'unknown', 'spoiled')),
    cause          TEXT,
    options        TEXT   NOT NULL,
    trace          TEXT,
    sealed_picture BYTEA,
    queued_at      BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL
);
INSERT INTO print_jobs_2 (id, print_id, serial, state, cause, options, sealed_picture, queued_at, changed_at)
    SELECT id, print_id, serial, state, cause, options, sealed_picture, queued_at, changed_at FROM print_jobs;
DROP TABLE print_jobs;
ALTER TABLE print_jobs_2 RENAME TO print_jobs;
CREATE INDEX print_jobs_by_state ON print_jobs (state, queued_at);

-- One row a step of a job, in order. The state stands here before what it names happens.
CREATE TABLE print_journal (
    job_id TEXT   NOT NULL,
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    state  TEXT   NOT NULL,
    cause  TEXT,
    PRIMARY KEY (job_id, seq)
);
