-- Prints are looked through from the newest on, by station, and by card.
CREATE INDEX prints_by_time ON prints (happened_at);
CREATE INDEX prints_by_device ON prints (device_id, happened_at);
CREATE INDEX prints_by_serial ON prints (serial);
