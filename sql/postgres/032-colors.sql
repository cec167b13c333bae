-- The color of each repository on the pages, one of eight. Until now it was the place among the tenant's repositories, which
-- changed when an earlier one was removed.
alter table repository add column color_index integer default 0 not null;

update repository set color_index = (
  select mod(count(*), 8)
  from repository earlier
  where earlier.tenant_id = repository.tenant_id and earlier.repository_id < repository.repository_id
);
