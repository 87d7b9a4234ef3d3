-- When whoever holds this phone last proved who they are: what is decided for good asks again after a while.
ALTER TABLE phone_sessions ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
