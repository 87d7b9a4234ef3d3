-- Joining proves nothing: a station gets nothing of people until an administrator has approved its keys.
-- NULL while it waits, and again once it joins with other keys.
ALTER TABLE devices ADD COLUMN approved_at BIGINT;
-- The administrator's record id, the command line, or the batch that was approved beforehand.
ALTER TABLE devices ADD COLUMN approved_by TEXT;
-- An administrator said no to the keys that it last joined with; they are gone.
ALTER TABLE devices ADD COLUMN rejected_at BIGINT;
-- How often something joined in this place: whoever decides about a second one should know that there was a first.
ALTER TABLE devices ADD COLUMN enrolments BIGINT NOT NULL DEFAULT 0;

-- Those that are at work on the day of the upgrade stay at work.
UPDATE devices SET approved_at = enrolled_at, approved_by = 'upgrade', enrolments = 1 WHERE enrolled_at IS NOT NULL;
