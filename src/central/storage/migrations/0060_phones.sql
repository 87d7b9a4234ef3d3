-- What tells one of a person's phones from another on their own page: a word for the system and one
-- for the browser, from a fixed list.
ALTER TABLE phone_sessions ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- Who looked at my card is asked by the card.
CREATE INDEX audit_by_subject ON audit (subject);
