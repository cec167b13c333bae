-- What is read from GitHub besides traffic, by kind, once a day. tried_at is the last attempt, successful or not. next_page
-- is where reading the history continues, null once all of it is read. seen_count is the repository's number of stars when
-- its history was last read.
create table repository_extra (
  tenant_id integer not null,
  repository_id integer not null,
  kind varchar(20) not null,
  tried_at timestamp with time zone not null,
  read_at timestamp with time zone,
  next_page integer,
  seen_count integer,
  failure_code varchar(40),
  failure_message varchar(500),
  constraint repository_extra_key primary key (tenant_id, repository_id, kind),
  constraint repository_extra_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id),
  constraint repository_extra_kind check (kind in ('stars', 'releases', 'workflow runs'))
);

-- The stars gained on a day. Days without any have no row.
create table star_day (
  tenant_id integer not null,
  repository_id integer not null,
  star_date date not null,
  gained integer not null,
  constraint star_day_key primary key (tenant_id, repository_id, star_date),
  constraint star_day_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id)
);
