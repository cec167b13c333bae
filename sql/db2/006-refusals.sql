-- When GitHub last refused the repository; the alarm pauses after that. Null if it did not, or if a possible reason was
-- changed since.
alter table repository add column refused_at timestamp(3);
