-- The last time at which the server's clock was believed, and who confirmed it how often; one row. Until when
-- stations may be told to take back a later time.
CREATE TABLE server_clock (
    id            TEXT   NOT NULL PRIMARY KEY,
    good_at       BIGINT NOT NULL,
    confirmations BIGINT NOT NULL,
    reset_until   BIGINT
);
