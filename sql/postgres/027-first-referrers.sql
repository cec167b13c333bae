-- The day on which a repository's list first named a referrer, so that nobody reads all lists to find the new ones.
create table first_referrer (
  tenant_id integer not null,
  repository_id integer not null,
  referrer varchar(400) not null,
  first_date date not null,
  constraint first_referrer_key primary key (tenant_id, repository_id, referrer),
  constraint first_referrer_repository foreign key (tenant_id, repository_id)
    references repository (tenant_id, repository_id) on delete cascade
);

insert into first_referrer (tenant_id, repository_id, referrer, first_date)
  select tenant_id, repository_id, referrer, min(snapshot_date)
  from referrer_snapshot
  group by tenant_id, repository_id, referrer;

create index first_referrer_by_date on first_referrer (tenant_id, first_date);

alter table repository_event drop constraint repository_event_kind;
alter table repository_event add constraint repository_event_kind
  check (kind in ('renamed', 'transferred', 'archived', 'unarchived', 'tracked', 'visibility'));
