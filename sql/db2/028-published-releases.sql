-- The same as sql/postgres/028-published-releases.sql.
create table published_release (
  tenant_id integer not null,
  repository_id integer not null,
  release_id bigint not null,
  tag varchar(255 codeunits32) not null,
  release_name varchar(255 codeunits32) not null,
  published_at timestamp(3) not null,
  constraint published_release_key primary key (tenant_id, repository_id, release_id),
  constraint published_release_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id) on delete cascade
) organize by row;

insert into published_release (tenant_id, repository_id, release_id, tag, release_name, published_at)
  select tenant_id, repository_id, release_id, max(tag), max(release_name), max(published_at)
  from release_asset
  group by tenant_id, repository_id, release_id;

create index published_release_by_time on published_release (tenant_id, published_at);
