-- What the office made of the photos on cards. Only ever added to: the last word counts.
CREATE TABLE photo_reviews (
    -- In the order in which they were made.
    no BIGINT PRIMARY KEY,
    serial TEXT NOT NULL REFERENCES issues (serial),
    opinion TEXT NOT NULL CHECK (opinion IN ('good', 'again')),
    -- What the holder reads; empty where the photo is good.
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX photo_reviews_by_serial ON photo_reviews (serial, no);
-- What waits is asked for from the oldest on.
CREATE INDEX issues_by_time ON issues (issued_at);
