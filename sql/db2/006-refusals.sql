-- When GitHub last refused the repository: the alarm does not ask again for a while. Null: it did not, or what may have been the
-- reason was changed since.
alter table repository add column refused_at timestamp(3);
