-- The same as sql/postgres/032-colors.sql.
alter table repository add column color_index integer default 0 not null;

update repository set color_index = (
  select mod(count(*), 8)
  from repository earlier
  where earlier.tenant_id = repository.tenant_id and earlier.repository_id < repository.repository_id
);
