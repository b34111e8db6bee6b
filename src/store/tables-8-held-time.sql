-- Device time in microseconds: nanoseconds leave the range of an integer after 292 device-years, a week of 16,000 devices.
ALTER TABLE held_time RENAME COLUMN device_ns TO device_us;
ALTER TABLE held_time RENAME COLUMN idle_ns TO idle_us;
UPDATE held_time SET device_us = device_us / 1000, idle_us = idle_us / 1000;
ALTER TABLE jobs RENAME COLUMN held_ns TO held_us;
ALTER TABLE jobs RENAME COLUMN held_idle_ns TO held_idle_us;
UPDATE jobs SET held_us = coalesce((SELECT sum(device_us) FROM held_time WHERE held_time.job = jobs.job), 0),
    held_idle_us = coalesce((SELECT sum(idle_us) FROM held_time WHERE held_time.job = jobs.job), 0)
    WHERE held_us IS NOT NULL;
