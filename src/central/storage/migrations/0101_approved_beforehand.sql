-- A batch whose stations an administrator approved before they joined. NULL: none, or withdrawn.
ALTER TABLE device_batches ADD COLUMN approved_at BIGINT;
ALTER TABLE device_batches ADD COLUMN approved_by TEXT;
-- The word counted for this board, and does not a second time.
ALTER TABLE devices ADD COLUMN approval_used_at BIGINT;
